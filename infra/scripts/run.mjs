#!/usr/bin/env node
// The one command, and `npx arcfleet`: from a fresh clone to a running program. Plain JavaScript without dependencies, since it runs before
// `npm ci`. Usage: node infra/scripts/run.mjs test|test:golden [vitest arguments] | <arcfleet command...>
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const at = (...parts) => join(root, ...parts);
const modifiedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Files below the folders, node_modules left out. */
function* walk(...paths) {
  for (const path of paths) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isFile()) yield path;
    if (!stat?.isDirectory()) continue;
    for (const entry of readdirSync(path)) if (entry !== 'node_modules') yield* walk(join(path, entry));
  }
}

/** Runs a program to its end with our stdio (its stdout goes to our stderr if asked) and gives its exit code; signals are passed on. */
function execute(command, args, { env = process.env, quiet = false } = {}) {
  const shell = process.platform === 'win32';
  const child = spawn(command, args, { cwd: root, env, shell, stdio: ['inherit', quiet ? 2 : 'inherit', 'inherit'] });
  // Ctrl-C reaches the whole foreground group by itself: only stay alive until the child has tidied up.
  const onInterrupt = () => {};
  const onTerminate = (signal) => child.kill(signal);
  process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate).on('SIGHUP', onTerminate);
  return new Promise((done) => {
    const end = (code) => {
      process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate).off('SIGHUP', onTerminate);
      done(code);
    };
    child.on('error', (error) => {
      console.error(`${command} could not be started: ${error.message}`);
      end(127);
    });
    child.on('exit', (code, signal) => end(code ?? 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0)));
  });
}

async function must(command, args) {
  const code = await execute(command, args, { quiet: true });
  if (code !== 0) process.exit(code);
}

/** `npm ci` when node_modules does not belong to this package-lock.json. */
async function install() {
  const stamp = at('node_modules', '.arcfleet-lock-sha256');
  const lock = createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  // npm writes this file at the end of every installation, so one that somebody made by hand counts too.
  const isInstalled =
    !existsSync(stamp) && modifiedAt(at('node_modules', '.package-lock.json')) >= modifiedAt(at('package-lock.json'));
  if (!isInstalled) {
    console.error('Installing dependencies (npm ci) ...');
    await must('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  writeFileSync(stamp, lock);
}

/** `tsc` when a source is newer than the last good build; outputs without a source go, or deleted tests would still run. */
async function build() {
  const stamp = at('dist', '.built');
  let newest = 0;
  for (const file of walk(at('apps'), at('libs'), at('test'), at('tsconfig.json'), at('package.json'))) {
    newest = Math.max(newest, modifiedAt(file));
  }
  for (const file of walk(at('dist', 'apps'), at('dist', 'libs'), at('dist', 'test'))) {
    const source = file.replace(/\.js(\.map)?$/, '.ts').replace(at('dist'), root);
    if (/\.js(\.map)?$/.test(file) && !existsSync(source)) rmSync(file);
  }
  if (modifiedAt(stamp) > newest) return;
  const startedAt = new Date();
  console.error('Building (tsc) ...');
  mkdirSync(at('dist'), { recursive: true });
  await must(process.execPath, [at('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.json']);
  writeFileSync(stamp, startedAt.toISOString());
}

/**
 * Vitest, then its counts alone on the last line: `N passed, N failed, N skipped`. With ARCFLEET_TEST_FULL=1 everything that tests
 * need is there, so one that is skipped has failed.
 */
async function test(args, { isGolden = false } = {}) {
  const scratch = mkdtempSync(join(tmpdir(), 'arcfleet-test-'));
  const countsFile = join(scratch, 'counts.json');
  try {
    const reporters = ['--reporter=default', `--reporter=${at('infra', 'scripts', 'count-reporter.mjs')}`];
    const vitest = at('node_modules', 'vitest', 'vitest.mjs');
    const code = await execute(process.execPath, [vitest, 'run', ...reporters, ...args], {
      env: { ...process.env, ARCFLEET_TEST_COUNTS: countsFile, ARCFLEET_TEST_GOLDEN: isGolden ? '1' : '' },
    });
    // Without counts the runner itself broke.
    const counts = existsSync(countsFile) ? JSON.parse(readFileSync(countsFile, 'utf8')) : { passed: 0, failed: 1, skipped: 0 };
    if (code !== 0 && counts.failed === 0) counts.failed = 1;
    if (process.env.ARCFLEET_TEST_FULL === '1' && counts.skipped > 0) {
      console.error('Skipped, which counts as failed when everything should be there (ARCFLEET_TEST_FULL=1):');
      for (const name of counts.skippedTests) console.error(`  ${name}`);
      counts.failed += counts.skipped;
      counts.skipped = 0;
    }
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
    return counts.failed > 0 ? code || 1 : code;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const [command, ...args] = process.argv.slice(2);
await install();
await build();
process.exitCode =
  command === 'test' || command === 'test:golden'
    ? await test(args, { isGolden: command === 'test:golden' })
    : await execute(process.execPath, [at('dist', 'apps', 'cli', 'src', 'main.js'), ...process.argv.slice(2)], {
        // Paths that the user gives start where the user is.
        env: { ...process.env, INIT_CWD: process.env.INIT_CWD || process.cwd() },
      });
