import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { root } from './root.mjs';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Behind a pipe a program would not colour what goes to a terminal in the end. */
const coloured = (env) => (process.stderr.isTTY && !env.NO_COLOR ? { FORCE_COLOR: '1', ...env } : env);

/**
 * Runs a program in the repository's folder until it ends and gives its exit code (128 + number after a signal).
 * Signals go on to it: the terminal reaches the whole group by itself, but a supervisor knows one process alone. That may
 * be npm, whose shell dies without passing the signal on: being orphaned counts as SIGTERM. What it prints goes where this
 * program prints; `read` gets each line as well.
 */
export function run(program, args, { env = process.env, cwd = root, read } = {}) {
  return new Promise((resolve, reject) => {
    const child = read
      ? spawn(program, args, { cwd, env: coloured(env), stdio: ['inherit', 'pipe', 'pipe'] })
      : spawn(program, args, { cwd, env, stdio: 'inherit' });
    if (read) {
      for (const name of ['stdout', 'stderr']) {
        child[name].pipe(process[name], { end: false });
        createInterface({ input: child[name] }).on('line', read);
      }
    }
    const handlers = forwarded.map((signal) => [signal, () => child.kill(signal)]);
    for (const [signal, handler] of handlers) process.on(signal, handler);
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(watch);
      child.kill('SIGTERM');
    }, 200);
    const done = (settle) => (value, signal) => {
      clearInterval(watch);
      for (const [name, handler] of handlers) process.off(name, handler);
      settle(signal ? 128 + constants.signals[signal] : value);
    };
    child.once('error', done(reject));
    // With its last lines, where they are read.
    child.once(read ? 'close' : 'exit', done(resolve));
  });
}

/** What a program prints, or undefined where it does not run. */
export function output(program, args) {
  const result = spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return result.status === 0 ? result.stdout.trim() : undefined;
}
