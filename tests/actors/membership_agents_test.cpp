#define CAF_SUITE membership_agents

#include "actors/membership.hpp"
#include "runtime/wire/caf_error.hpp"
#include "tests/actors/puppet.hpp"

#include <string>

using namespace troupe;
using test::puppet;

namespace {

/// The test plays the agents of both roles of node `both`, and of node `w`.
struct fixture : test::stage {
  fixture() {
    membership_options terms;
    terms.own_node.name = "both";
    terms.own_node.incarnation_id = 1;
    terms.events = others.as<event_hub_actor>();
    terms.store = others.as<store_actor>();
    terms.log = log;
    subject = sys.spawn(membership, terms);
    caf::anon_send(subject, use_agent{lead.as()});
    join("both", 1, work);
    join("w", 2, remote);
  }

  ~fixture() override {
    end(subject);
  }

  void join(const std::string& name, incarnation id, const puppet& agent) {
    join_request request;
    request.name = name;
    request.incarnation_id = id;
    request.version = "1";
    request.worker = others.as();
    request.agent = agent.as();
    auto pending = others.ask(subject, request);
    sched.run();
    pending.receive([](const join_reply&) {},
                    [](const caf::error&) { CAF_FAIL("not let in"); });
  }

  static supervision_tree tree_of(const char* path) {
    supervision_tree result;
    result.nodes.emplace_back();
    result.nodes.back().path = path;
    return result;
  }

  logger_ptr log = make_null_logger();
  puppet others{sys};
  puppet lead{sys};
  puppet work{sys};
  puppet remote{sys};
  puppet client{sys};
  membership_actor subject;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(membership_agents_tests, fixture)

CAF_TEST(a_node_of_two_roles_has_two_trees) {
  auto pending = client.ask(subject, show_tree{"both"});
  sched.run();
  lead.answer([](const show_tree&) { return tree_of("coordinator"); });
  sched.run();
  work.answer([](const show_tree&) { return tree_of("worker"); });
  sched.run();
  pending.receive(
    [](const supervision_tree& x) {
      CAF_REQUIRE_EQUAL(x.nodes.size(), 2u);
      CAF_CHECK_EQUAL(x.nodes[0].path, "coordinator");
      CAF_CHECK_EQUAL(x.nodes[1].path, "worker");
    },
    [](const caf::error&) { CAF_FAIL("no tree"); });
  CAF_CHECK(!remote.take<show_tree>());
}

CAF_TEST(the_agent_that_knows_the_path_breaks_it) {
  auto pending =
    client.ask(subject, inject_fault{"both", fault_kind::kill_actor, "x"});
  sched.run();
  lead.answer([](const inject_fault&) -> caf::result<fault_done> {
    return to_caf({errc::unknown_child, "not mine"});
  });
  sched.run();
  work.answer([](const inject_fault&) { return fault_done{"mine"}; });
  sched.run();
  pending.receive([](const fault_done& x) { CAF_CHECK_EQUAL(x.text, "mine"); },
                  [](const caf::error&) { CAF_FAIL("not done"); });
}

CAF_TEST(other_refusals_are_passed_on) {
  auto pending =
    client.ask(subject, inject_fault{"w", fault_kind::kill_node, ""});
  sched.run();
  remote.answer([](const inject_fault&) -> caf::result<fault_done> {
    return to_caf({errc::faults_not_allowed, "no"});
  });
  sched.run();
  pending.receive([](const fault_done&) { CAF_FAIL("done"); },
                  [](const caf::error& why) {
                    auto x = from_caf(why);
                    CAF_CHECK(x.code == errc::faults_not_allowed);
                  });
}

CAF_TEST(nodes_that_are_not_up_are_named) {
  auto refused = [this](const show_tree& question) {
    std::string text;
    auto pending = client.ask(subject, question);
    sched.run();
    pending.receive([](const supervision_tree&) { CAF_FAIL("an answer"); },
                    [&](const caf::error& why) { text = from_caf(why).text; });
    return text;
  };
  CAF_CHECK(refused(show_tree{"nobody"}).find("nobody") != std::string::npos);
  caf::anon_send(subject, leave_atom::value, uint64_t{2});
  CAF_CHECK(refused(show_tree{"w"}).find("\"w\"") != std::string::npos);
}

CAF_TEST(an_agent_that_answers_nonsense_is_not_believed) {
  auto pending = client.ask(subject, show_tree{"w"});
  sched.run();
  remote.answer([](const show_tree&) {
    auto result = tree_of("x");
    result.nodes[0].state = static_cast<child_state>(77);
    return result;
  });
  sched.run();
  pending.receive([](const supervision_tree&) { CAF_FAIL("believed"); },
                  [](const caf::error& why) {
                    auto x = from_caf(why);
                    CAF_CHECK(x.code == errc::protocol_violation);
                  });
}

CAF_TEST(only_the_role_that_has_an_actor_is_asked_about_it) {
  auto pending =
    client.ask(subject, ask_node{"both", "restart", "coordinator/x", {}});
  sched.run();
  lead.answer([](const ask_node&) { return node_answer{{"{}"}}; });
  // That is what the agent does next if the path is that of the subject.
  end(subject);
  pending.receive(
    [](const node_answer& x) { CAF_CHECK_EQUAL(x.documents.size(), 1u); },
    [](const caf::error&) { CAF_FAIL("no answer"); });
  CAF_CHECK(!work.take<ask_node>());
}

CAF_TEST(both_roles_are_asked_about_the_node) {
  auto pending = client.ask(subject, ask_node{"both", "node", {}, {}});
  sched.run();
  lead.answer([](const ask_node&) { return node_answer{{"{}"}}; });
  sched.run();
  work.answer([](const ask_node&) { return node_answer{{"{}"}}; });
  sched.run();
  pending.receive(
    [](const node_answer& x) { CAF_CHECK_EQUAL(x.documents.size(), 2u); },
    [](const caf::error&) { CAF_FAIL("no answer"); });
}

CAF_TEST_FIXTURE_SCOPE_END()
