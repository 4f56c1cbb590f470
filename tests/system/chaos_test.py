#!/usr/bin/env python3
"""One minute of chaos; `./dev chaos` runs ten.

    TROUPE_BIN=build/dev/bin python3 -B tests/system/chaos_test.py
"""
# ctest: timeout=400
# ctest: serial

import unittest

import chaos

SECONDS = 60


class a_minute_of_chaos(unittest.TestCase):
    def test_every_result_is_exact(self):
        problems, line = chaos.run(SECONDS, seed=1)
        print(line)
        if problems:  # An assertion would show no more than their beginning.
            self.fail("\n\n".join(problems))


if __name__ == "__main__":
    unittest.main()
