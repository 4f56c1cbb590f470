#!/usr/bin/env bash
# Installs the build to a new prefix and uses it from a separate project, as a
# developer who embeds Troupe would: find_package(troupe), <troupe/...>, run.
# ctest: timeout=300
set -euo pipefail

: "${TROUPE_BUILD:?"the folder of the build to install"}"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
prefix="$work/prefix"

fail() {
  printf 'install_test: %s\n' "$*" >&2
  exit 1
}

# Runs a command; its output is shown only if it fails.
quietly() {
  "$@" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    fail "this failed: $*"
  }
}

quietly cmake --install "$TROUPE_BUILD" --prefix "$prefix"

for file in bin/trouped bin/troupe include/troupe/client.hpp \
  include/troupe/local_cluster.hpp \
  share/bash-completion/completions/troupe \
  share/zsh/site-functions/_troupe \
  share/fish/vendor_completions.d/troupe.fish; do
  [[ -s "$prefix/$file" ]] || fail "$file was not installed"
done
ls "$prefix"/share/troupe/config/*.conf >/dev/null \
  || fail "no example config was installed"
bash -n "$prefix/share/bash-completion/completions/troupe" \
  || fail "the bash completion is no valid script"

# Programs run from where they were installed.
"$prefix/bin/trouped" --version | grep -q '[0-9]\.[0-9]' \
  || fail "the installed trouped --version prints no version"
"$prefix/bin/troupe" --version | grep -q '[0-9]\.[0-9]' \
  || fail "the installed troupe --version prints no version"

# Nothing that was installed may point back into the source or build folder.
if grep -rIlF -e "$TROUPE_BUILD" -e "$(cd "$here/../.." && pwd)" "$prefix"; then
  fail "the files above name the source or the build folder"
fi

quietly cmake -S "$here/install" -B "$work/build" -G Ninja \
  -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_FLAGS="-O1"
quietly cmake --build "$work/build"

output="$("$work/build/host")" || fail "the host program failed: $output"
[[ "$output" == "sum 6" ]] \
  || fail "the host program printed '$output', expected 'sum 6'"
echo "install_test: installed, found, built and ran"
