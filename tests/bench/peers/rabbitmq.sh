#!/usr/bin/env bash
# RabbitMQ, a transient queue with acknowledgements, one task at a time only;
# usage in common.sh.
. "$(dirname "$0")/common.sh"
wants latency || exit 0
need rabbitmqctl rabbitmq-server
need_program librabbitmq-dev

# The plain script: the one in sbin changes to a user of its own.
server=/usr/lib/rabbitmq/bin/rabbitmq-server
[[ -x "$server" ]] || skip "there is no $server; apt-get install rabbitmq-server"

port="$(free_port)"
: >"$work/none.conf"
: >"$work/none-env.conf"
echo '[].' >"$work/plugins"
ERL_EPMD_PORT="$(free_port)"
RABBITMQ_DIST_PORT="$(free_port)"
export ERL_EPMD_PORT RABBITMQ_DIST_PORT HOME="$work" \
  ERL_EPMD_ADDRESS=127.0.0.1 \
  RABBITMQ_NODENAME="peer$$@localhost" RABBITMQ_NODE_PORT="$port" \
  RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_MNESIA_BASE="$work/mnesia" \
  RABBITMQ_LOG_BASE="$work/log" RABBITMQ_PID_FILE="$work/rabbitmq.pid" \
  RABBITMQ_ENABLED_PLUGINS_FILE="$work/plugins" \
  RABBITMQ_CONFIG_FILE="$work/none" \
  RABBITMQ_CONF_ENV_FILE="$work/none-env.conf" \
  RABBITMQ_ADVANCED_CONFIG_FILE="$work/none.config"
cd "$work"
# Ours, or the server would leave one behind that outlives it.
start epmd epmd -port "$ERL_EPMD_PORT" -address 127.0.0.1
start rabbitmq "$server"
wait_for_port "$port" 60 rabbitmq
measure latency
