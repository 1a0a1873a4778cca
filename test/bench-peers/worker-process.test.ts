import { afterEach, expect, test } from 'vitest';
import { PeerUnavailable } from '../../bench/contender.ts';
import { remotePeer } from '../../bench/peers/remote-peer.ts';
import { type Command, WorkerProcess } from '../../bench/peers/worker-process.ts';

const workers: WorkerProcess[] = [];

/** Runs `script` for every request, which may `answer` it. */
function answering(script: string, program = process.execPath): Command {
  const whole = `
    const answer = (reply) => console.log(JSON.stringify(reply));
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const request = JSON.parse(line); ${script}
    });`;
  return { program, args: ['-e', whole] };
}

function worker(script: string, program?: string): WorkerProcess {
  workers.push(new WorkerProcess(answering(script, program)));
  return workers.at(-1)!;
}

afterEach(() => {
  for (const one of workers.splice(0)) one.stop();
});

const LIMIT = 30_000;

test('answers come in the order of the requests', async () => {
  const echo = worker('answer({ value: request.number, bytes: 7 })');
  const answers = await Promise.all([1, 2, 3].map((number) => echo.ask<number>({ number }, LIMIT)));
  expect(answers).toEqual([1, 2, 3].map((value) => ({ value, bytes: 7 })));
});

test('an error that the worker reports makes the peer unavailable, not the worker', async () => {
  const failing = worker(`answer(request.well ? { value: 1, bytes: null } : { error: 'No such model.' })`);
  await expect(failing.ask({}, LIMIT)).rejects.toThrow(new PeerUnavailable('No such model.'));
  expect((await failing.ask({ well: true }, LIMIT)).value).toBe(1);
});

test('a worker that ends is named with its last words', async () => {
  const dying = worker(`console.error('out of luck'); process.exit(3)`);
  await expect(dying.ask({}, LIMIT)).rejects.toThrow('Its process ended (3): out of luck');
  await expect(dying.ask({}, LIMIT)).rejects.toBeInstanceOf(PeerUnavailable);
  await expect(worker('process.abort()').ask({}, LIMIT)).rejects.toThrow(/SIGABRT/);
});

test('a worker that hangs is stopped', async () => {
  const hanging = worker('for (;;);');
  await expect(hanging.ask({}, 500)).rejects.toThrow('It took longer than 0.5 s.');
  expect(hanging.ended).toBe(true);
});

test('a program that is not there is said so', async () => {
  await expect(worker('', 'no-such-python').ask({}, LIMIT)).rejects.toThrow('There is no no-such-python');
});

test('a peer starts, iterates and ends with its process', async () => {
  const script = `answer({ value: request.do === 'start' ? { version: 'v', adapter: 'a', precision: 'float32' }
    : request.do === 'iterate' ? request.count : { means: [1, 2] }, bytes: request.do === 'start' ? 10 : 20 })`;
  const peer = remotePeer({
    ...{ name: 'echo', kinds: ['k-means'], shared: false },
    command: async () => answering(script),
  });
  const problem = { data: new Float32Array(2), nFeatures: 2, centers: [[0, 0]] };
  await expect(peer.start('full', problem)).rejects.toThrow('It has no full models.');
  const contender = await peer.start('k-means', problem);
  expect([contender.name, contender.version, contender.deviceBytes()]).toEqual(['echo', 'v', 10]);
  expect([await contender.iterate(3), contender.deviceBytes()]).toEqual([3, 20]);
  expect(await contender.outcome()).toEqual({ means: [1, 2] });
  await peer.end();
  await expect(contender.iterate(1)).rejects.toBeInstanceOf(PeerUnavailable);
});
