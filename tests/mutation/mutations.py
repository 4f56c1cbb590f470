"""The breakages that the simulator and the tests must catch.

Each one is a small exact replacement in the sources, with the unit tests that
are about what it breaks. What it names must exist: tests/tidy/mutations_test.py
looks at that.
"""

from dataclasses import dataclass


@dataclass
class mutation:
    name: str
    breaks: str  # What the product does not do any more.
    path: str
    old: str  # Occurs exactly once in `path`.
    new: str
    program: str  # Of the unit tests.
    suites: list


ALL = [
    mutation(
        name="a1-stale-slices",
        breaks="the scheduler records slices of leases that are not current",
        path="actors/scheduler.cpp",
        old="    case slice_verdict::refused: answer(from, what, false); break;\n",
        new="    case slice_verdict::refused:\n"
        "      to_record.push_back({id, std::move(what)});\n"
        "      break;\n",
        program="test_actors",
        suites=["scheduler_slices"],
    ),
    mutation(
        name="a2-any-holder",
        breaks="the lease book takes slices of a lease from any worker",
        path="runtime/model/lease_book.cpp",
        old="  if (what == nullptr || what->worker != worker)\n",
        new="  static_cast<void>(worker);\n  if (what == nullptr)\n",
        program="test_runtime",
        suites=["lease_book"],
    ),
    mutation(
        name="a3-revoked-leases",
        breaks="the lease book takes slices of revoked leases",
        path="runtime/model/lease_book.cpp",
        old="  if (what->revoked)\n    return slice_verdict::refused;\n",
        new="",
        program="test_runtime",
        suites=["lease_book"],
    ),
    mutation(
        name="b1-no-requeue",
        breaks="what a lost worker held is not made ready again",
        path="runtime/policy/dispatcher_suspects.cpp",
        old="  for (const auto& piece : split_after_crash(rest))\n"
        "    push_ready(job, {piece, held.attempt, held.crashes + 1, blamed});\n",
        new="",
        program="test_runtime",
        suites=["dispatcher", "dispatcher_suspects"],
    ),
    mutation(
        name="b2-deaf-to-down",
        breaks="the scheduler is not told of a worker whose connection closed",
        path="actors/membership.cpp",
        old="    if (who.address.get() == what.source.get() && who.is_living())\n"
        "      remove(who, node_state::gone);\n",
        new="    static_cast<void>(who);\n",
        program="test_actors",
        suites=["membership"],
    ),
    mutation(
        name="c1-no-resend-after-loss",
        breaks="slices without an answer are not sent again after a second",
        path="actors/worker.cpp",
        old="    if (now - pending.sent_at >= limits::slice_resend_after)\n"
        "      outbox.push_back(key);\n",
        new="    static_cast<void>(pending);\n",
        program="test_actors",
        suites=["worker"],
    ),
    mutation(
        name="c2-no-resend-after-restart",
        breaks="slices without an answer are not sent to the next scheduler",
        path="actors/worker_rejoin.cpp",
        old="  for (const auto& [key, pending] : unanswered)\n"
        "    outbox.push_back(key);\n"
        "  slices_sent_at = {}; // They wait for nothing.\n"
        "  request_flush();\n",
        new="  request_flush();\n",
        program="test_actors",
        suites=["worker_rejoin"],
    ),
    mutation(
        name="d-no-intensity",
        breaks="supervisors restart without a limit",
        path="runtime/policy/supervision.cpp",
        old="  restarts_.push_back(now);\n"
        "  return restarts_.size() <= intensity_;\n",
        new="  restarts_.push_back(now);\n  return true;\n",
        program="test_runtime",
        suites=["supervision"],
    ),
    mutation(
        name="e-no-max-crashes",
        breaks="a task that kills its workers is never given up",
        path="runtime/policy/dispatcher_suspects.cpp",
        old="  if (held.alone && job.terms.max_crashes > 0\n"
        "      && blamed >= job.terms.max_crashes) {\n"
        "    out.push_back(give_up_suspect(job, held, rest.begin, now));\n"
        "    return;\n  }\n",
        new="  static_cast<void>(out);\n",
        program="test_runtime",
        suites=["dispatcher_suspects"],
    ),
    mutation(
        name="f-unread-streams",
        breaks="a streamed job succeeds though its results were not received",
        path="actors/aggregator.cpp",
        old="  return unsent.empty() && "
        "(sent.empty() || sent.back().seq <= received);\n",
        new="  return !reader || unsent.empty();\n",
        program="test_actors",
        suites=["aggregator"],
    ),
    mutation(
        name="g-no-store-fence",
        breaks="a store that was replaced still records what it was sent",
        path="actors/store.cpp",
        old="  if (number != last_)\n    guard.unlock();\n",
        new="  static_cast<void>(number);\n",
        program="test_actors",
        suites=["store"],
    ),
]


def apply(what, text):
    """The mutated text; raises ValueError if it does not fit any more."""
    found = text.count(what.old)
    if found != 1:
        raise ValueError(
            f"{what.path}: the text that the mutation {what.name} replaces "
            f"occurs {found} times and must occur once; adapt it in "
            "tests/mutation/mutations.py"
        )
    return text.replace(what.old, what.new)
