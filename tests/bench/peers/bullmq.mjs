// The workload on BullMQ, see bullmq.sh:
//   node bullmq.mjs worker PORT echo|latency
//   node bullmq.mjs echo|latency PORT SECONDS SAMPLES
import { Queue, QueueEvents, Worker } from 'bullmq';

const [, , role, port, ...rest] = process.argv;
const connection = {
  host: '127.0.0.1', port: Number(port), maxRetriesPerRequest: null,
};
const queueName = 'echo';
const warmUp = 200;
const bulk = 1000;
const window = 5000;

// 64 characters that are pseudo-random by index: 8 of the index, 56 of a chain.
function payload(index) {
  let text = String(index).padStart(8, '0');
  let x = (index * 2654435761 + 1) >>> 0;
  while (text.length < 64) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    text += x.toString(16).padStart(8, '0');
  }
  return text;
}

function work(part) {
  const concurrency = part === 'latency' ? 1 : 100;
  const worker = new Worker(queueName, async (job) => job.data,
    { connection, concurrency });
  worker.on('error', (problem) => console.error(problem));
}

function die(why) {
  console.error(why);
  process.exit(1);
}

const print = (name, value) => console.log(`bullmq.${name} ${value}`);

async function connect() {
  const queue = new Queue(queueName, { connection });
  const events = new QueueEvents(queueName, { connection });
  await events.waitUntilReady();
  await queue.waitUntilReady();
  events.setMaxListeners(0);
  return { queue, events };
}

const task = (index) => ({
  name: 't', data: payload(index),
  opts: { removeOnComplete: true, removeOnFail: true },
});

// Calls `taken` with the number of results so far.
function compare(events, taken) {
  let count = 0;
  const seen = new Set();
  events.on('completed', ({ returnvalue }) => {
    const index = Number(returnvalue.slice(0, 8));
    if (returnvalue !== payload(index) || seen.has(index))
      die(`task ${index} came back wrong or twice`);
    seen.add(index);
    taken(++count);
  });
}

async function measureEcho(seconds) {
  const { queue, events } = await connect();
  let sent = 0, got = 0, wake = () => {};
  compare(events, (count) => { got = count; wake(); });
  const begin = performance.now();
  const spent = () => (performance.now() - begin) / 1e3;
  while (spent() < seconds || got < sent) {
    if (spent() < seconds && sent - got + bulk <= window) {
      const first = sent;
      sent += bulk;
      await queue.addBulk(Array.from({ length: bulk },
        (_, i) => task(first + i)));
    } else {
      await new Promise((resolve) => {
        wake = resolve;
        setTimeout(resolve, 100);
      });
    }
  }
  print('echo_per_s', Math.round(got / spent()));
}

async function measureLatency(samples) {
  const { queue, events } = await connect();
  const us = [];
  let wake = () => {};
  compare(events, () => wake());
  for (let i = 0; i < warmUp + samples; ++i) {
    const begin = performance.now();
    const came = new Promise((resolve) => { wake = resolve; });
    await queue.addBulk([task(i)]);
    await came;
    if (i >= warmUp)
      us.push((performance.now() - begin) * 1e3);
  }
  us.sort((x, y) => x - y);
  print('p50_us', us[Math.floor(0.5 * us.length)].toFixed(1));
  print('p99_us', us[Math.floor(0.99 * us.length)].toFixed(1));
}

if (role === 'worker') {
  work(rest[0]);
} else {
  await (role === 'echo' ? measureEcho(Number(rest[0]))
    : measureLatency(Number(rest[1])));
  process.exit(0);
}
