// A server of a test's own, with settings that the shared one does not have.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export const binary = process.env.JOLDA_BIN ?? join(root, 'target/release/jolda');

const freePort = () => new Promise((done) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  });
});

/** Starts `jolda ARGS…` and waits until it answers. Gives its address, how to end it, and the staff's password. */
export async function start(args, env = {}, within_ms = 90_000) {
  const port = await freePort();
  const data = mkdtempSync(join(tmpdir(), 'jolda-server-'));
  const child = spawn(binary, [...args, '--listen', `127.0.0.1:${port}`, '--data-dir', data], {
    cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  // What a demo tells of its fictional staff stands here.
  let told = '';
  child.stdout.on('data', (bytes) => { told = (told + bytes).slice(-4_000); });
  let said = '';
  child.stderr.on('data', (bytes) => { said = (said + bytes).slice(-4_000); });
  const ended = new Promise((done) => child.once('exit', done));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
  const base = `http://127.0.0.1:${port}`;
  for (const from = Date.now(); ;) {
    if (await fetch(`${base}/readyz`).then((answer) => answer.ok, () => false)) return { base, stop, password: () => /password (\S+)/.exec(told)?.[1] };
    if (child.exitCode !== null || Date.now() - from > within_ms) {
      await stop();
      throw new Error(`the server does not come up:\n${said}`);
    }
    await new Promise((done) => setTimeout(done, 100));
  }
}
