#!/usr/bin/env bash
# The picture is a PNG of the size asked for, has black (the set) and colours
# (around it), and its upper half mirrors the lower one.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$EXAMPLE" "$dir/set.png" 160 120
python3 - "$dir/set.png" <<'PY'
import struct, sys, zlib
data = open(sys.argv[1], "rb").read()
assert data[:8] == b"\x89PNG\r\n\x1a\n", "not a PNG"
width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
assert (width, height, depth, kind) == (160, 120, 8, 2), (width, height)
body, at = b"", 8
while at < len(data):
    size, name = struct.unpack(">I4s", data[at:at + 8])
    if name == b"IDAT":
        body += data[at + 8:at + 8 + size]
    at += size + 12
raw, rows, previous = zlib.decompress(body), [], bytes(480)
for y in range(height):
    line = bytearray(raw[y * 481 + 1:(y + 1) * 481])
    mode = raw[y * 481]
    for i in range(480):
        a = line[i - 3] if i >= 3 else 0
        b, c = previous[i], previous[i - 3] if i >= 3 else 0
        p = a + b - c
        paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
        line[i] = (line[i] + [0, a, b, (a + b) // 2, paeth][mode]) & 255
    previous = bytes(line)
    rows.append(previous)
pixels = {row[i:i + 3] for row in rows for i in range(0, 480, 3)}
assert b"\0\0\0" in pixels, "the set itself is missing"
assert len(pixels) > 20, f"only {len(pixels)} colours"
same = sum(rows[y] == rows[height - 1 - y] for y in range(height // 2))
assert same > height // 2 * 0.9, f"only {same} rows mirror each other"
PY
