import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { root } from './root.mjs';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program in the repository's folder until it ends and gives its exit code (128 + number after a signal).
 * Signals go on to it: the terminal reaches the whole group by itself, but a supervisor knows one process alone. That may
 * be npm, whose shell dies without passing the signal on: being orphaned counts as SIGTERM.
 */
export function run(program, args, { env = process.env, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: 'inherit' });
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
    child.once('exit', done(resolve));
  });
}

/** What a program prints, or undefined where it does not run. */
export function output(program, args) {
  const result = spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return result.status === 0 ? result.stdout.trim() : undefined;
}
