#!/usr/bin/env python3
"""What report.py makes of metrics: medians, tables, goals, exit code."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import report  # noqa: E402


def measured(**changes):
    """Medians that meet every goal; `changes` with `__` for the dot."""
    medians = {
        "troupe.echo_per_s": 4e6,
        "bare_relay.echo_per_s": 8e6,
        "troupe.range_per_s": 2e7,
        "troupe.jobs_per_s": 1e5,
        "troupe.p50_us": 100,
        "bare_relay.p50_us": 100,
        "troupe.pinned_p50_us": 70,
        "bare_relay.pinned_p50_us": 60,
        "troupe.p99_us": 200,
        "troupe.speedup_2_workers": 1.9,
        "troupe.queued_task_bytes": 70,
        "troupe.queued_range_mb": 20,
        "troupe.idle_percent": 0.1,
        "troupe.range_coordinator_mb": 30,
        "troupe.range_worker_mb": 20,
        "troupe.nodes_ms_max": 5,
        "troupe.job_ms_max": 5,
        "troupe.command_ms_max": 50,
        "troupe.commands_range_per_s": 2e6,
        "troupe.metg_payload_us": 5,
        "troupe.metg_range_us": 0.5,
        "troupe.efficiency_payload/1000": 98,
        "troupe.core_busy": 0.99,
        "troupe.core_us": 0.9,
    }
    for name in ("queued_payload_us", "queued_range_us", "behind_jobs_us"):
        medians[f"troupe.{name}/1e4"] = 1.0
        medians[f"troupe.{name}/1e5"] = 1.1
    for part in ("flood", "unread", "frozen", "reducer"):
        for role in ("coordinator", "worker", "client"):
            medians[f"troupe.{part}_mb/{role}"] = 50
    medians.update({k.replace("__", "."): v for k, v in changes.items()})
    return medians


def missed(medians, smoke=False, partial=False):
    return [
        text
        for text, met in report.verdicts(medians, smoke, partial)
        if not met
    ]


class Goals(unittest.TestCase):
    def test_all_are_met(self):
        self.assertEqual(missed(measured()), [])
        self.assertEqual(missed(measured(), smoke=True), [])

    def test_each_goal_can_be_missed(self):
        for what, kind, limit, _ in report.GOALS:
            medians = measured()
            wrong = limit * 10 if kind != "at least" else limit / 10
            if what.startswith("flat "):
                medians[f"{what.split()[1]}/1e6"] = wrong
            else:
                name, _, under = what.partition(" / ")
                medians[name] = wrong * medians.get(under, 1)
            with self.subTest(what):
                texts = missed(medians)
                self.assertTrue(any(f": {what} is" in t for t in texts), texts)

    def test_what_was_not_measured_is_missed(self):
        medians = measured()
        del medians["troupe.range_per_s"]
        self.assertEqual(len(missed(medians)), 1)
        self.assertIn("was not measured", missed(medians)[0])
        self.assertEqual(missed(medians, partial=True), [])

    def test_the_short_run_has_half_of_the_goals(self):
        medians = measured(troupe__metg_payload_us=15)
        self.assertEqual(len(missed(medians)), 1)
        self.assertEqual(missed(medians, smoke=True), [])

    def test_peers_count_only_when_they_are_there(self):
        slow = measured(gearman__echo_per_s=1e6)
        self.assertEqual(missed(slow), [])
        fast = measured(gearman__echo_per_s=2e6)
        self.assertEqual(len(missed(fast)), 1)

    def test_a_series_is_flat_around_its_middle(self):
        medians = {"x.y/1": 0.9, "x.y/2": 1.0, "x.y/3": 1.3}
        self.assertAlmostEqual(report.value_of(medians, "flat x.y"), 1.3)
        medians["x.y/1"] = 0.5
        self.assertAlmostEqual(report.value_of(medians, "flat x.y"), 2)
        self.assertIsNone(report.value_of({"x.y/1": 1}, "flat x.y"))


class Tables(unittest.TestCase):
    def test_ours_is_compared_with_each_peer(self):
        text = report.peer_table(
            measured(gearman__echo_per_s=8e5, dask__p50_us=5000)
        )
        self.assertIn("| 4 M/s  | 800 k/s (x 5) | -", text)
        self.assertIn("| 5000 us (x 0.02) |", text)
        self.assertNotIn("redis", text)
        self.assertEqual(report.peer_table(measured()), "")

    def test_a_series_is_one_row(self):
        text = report.series_table(measured())
        self.assertIn("| us   | 1e4: 1, 1e5: 1.1 ", text)


class Program(unittest.TestCase):
    def run_it(self, lines, *options):
        with tempfile.TemporaryDirectory() as folder:
            metrics = os.path.join(folder, "metrics")
            out = os.path.join(folder, "results.json")
            with open(metrics, "w", encoding="utf-8") as file:
                file.write("".join(f"{line}\n" for line in lines))
            done = subprocess.run(
                [sys.executable, "-B", HERE / "report.py", "--runs", "3",
                 "--json", out, *options, metrics],
                capture_output=True, text=True, check=False,
            )
            with open(out, encoding="utf-8") as file:
                return done, json.load(file)

    def test_medians_and_json(self):
        done, got = self.run_it(
            ["troupe.echo_per_s 1", "troupe.echo_per_s 9e6",
             "troupe.echo_per_s 5e6"], "--partial",
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(got["medians"], {"troupe.echo_per_s": 5e6})
        self.assertEqual(got["runs"]["troupe.echo_per_s"], [1, 9e6, 5e6])
        self.assertEqual(got["conditions"]["runs"], 3)
        self.assertTrue(all(goal["met"] for goal in got["goals"]))

    def test_a_missed_goal_is_exit_code_1(self):
        done, got = self.run_it(["troupe.range_per_s 1"], "--partial")
        self.assertEqual(done.returncode, 1)
        self.assertIn("MISSED: troupe.range_per_s is 1", done.stdout)
        self.assertFalse(got["goals"][0]["met"])


if __name__ == "__main__":
    unittest.main()
