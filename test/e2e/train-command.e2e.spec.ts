import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SafetensorsReader } from '#formats';
import { TestFleet, writeTinyDataset } from '#test-support';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../apps/cli/src/main.js', import.meta.url));
/** A network and a batch whose steps take milliseconds. */
const TINY = '--dataset faces --network tiny --set network.embeddingSize=16 --set loss.scale=16 --per-batch-size 4 --engine wasm';

let fleet: TestFleet;
beforeAll(async () => {
  fleet = await TestFleet.start();
  await writeTinyDataset(join(fleet.folder, 'datasets', 'faces'), { numClasses: 7, imagesPerClass: 6, size: 24, numPairs: 40 });
});
afterAll(async () => {
  await fleet?.stop();
});

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** `arcfleet train` in the fleet's folder, as a person would call it there. */
class TrainCommand {
  output = '';
  private readonly child: ChildProcess;
  private readonly left: Promise<unknown[]>;

  constructor(line: string, env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [MAIN, 'train', ...line.split(' ').filter((word) => word !== '')], {
      cwd: fleet.folder,
      env: {
        ...process.env,
        INIT_CWD: fleet.folder,
        CUDA_VISIBLE_DEVICES: '',
        REDIS_URL: '',
        ARCFLEET_API_KEY: fleet.key,
        ...env,
      },
    });
    started.push(this.child);
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.on('data', (chunk) => (this.output += String(chunk)));
    this.left = once(this.child, 'close');
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async exitCode(): Promise<number | null> {
    const [code] = await this.left;
    return code as number | null;
  }

  /** Waits until the output shows something. */
  async shows(text: string): Promise<void> {
    await fleet.until(`the command shows ${text}`, () => {
      if (this.child.exitCode !== null && !this.output.includes(text)) throw new Error(`it ended instead: ${this.output}`);
      return Promise.resolve(this.output.includes(text));
    });
  }

  /** The last line of a command with --json. */
  summary(): Record<string, unknown> {
    const line = this.output.split('\n').findLast((each) => each.startsWith('{"status"'));
    if (line === undefined) throw new Error(`there is no summary: ${this.output}`);
    return JSON.parse(line) as Record<string, unknown>;
  }
}

const linesOf = (path: string) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Processes of trainers below the fleet's folder. */
function trainersIn(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const isTrainer = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('/trainer/main.js');
      return isTrainer && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`INIT_CWD=${folder}`);
    } catch {
      return false;
    }
  });
}

describe('arcfleet train --local', () => {
  it('trains on two ranks without a server, and places the best model', async () => {
    const command = new TrainCommand(`${TINY} --local --ranks 2 --max-steps 12 --verbose 6 --json`);
    expect(await command.exitCode(), command.output).toBe(0);
    const folder = join(fleet.folder, 'models', 'tiny-arcface-faces');
    const prefix = join(folder, 'model-0001');
    expect(command.summary()).toMatchObject({
      status: 'succeeded',
      runId: null,
      ranks: 2,
      steps: 12,
      engine: 'wasm',
      model: prefix,
    });
    expect(command.summary()['verification']).toHaveProperty('pairs');
    expect(command.output).toContain('4 per rank x 2 = 8');

    const model = await SafetensorsReader.open(`${prefix}.safetensors`);
    expect(model.names).toContain('fc1_moving_mean');
    await model.close();
    expect(JSON.parse(readFileSync(`${prefix}.json`, 'utf8'))).toMatchObject({
      network: 'tiny',
      weights: 'model-0001.safetensors',
    });
    const lines = linesOf(join(folder, 'metrics.jsonl'));
    expect(lines.filter((line) => 'loss' in line).map((line) => line['step'])).toEqual(
      Array.from({ length: 12 }, (_, index) => index + 1),
    );
    expect(lines.filter((line) => 'verification' in line).map((line) => line['step'])).toEqual([6, 12]);
    // Nothing else is left: no checkpoints, no storage of the run.
    expect(readdirSync(folder).sort()).toEqual(['metrics.jsonl', 'model-0001.json', 'model-0001.safetensors', 'tensorboard']);
  });

  it('stops at a checkpoint on Ctrl-C, and goes on from it: the same losses as without a stop', async () => {
    const run = `${TINY} --local --max-steps 60 --verbose 0 --frequent 1`;
    const first = new TrainCommand(`${run} --extra-model-name halved`);
    await first.shows('step ');
    first.kill('SIGINT');
    expect(await first.exitCode(), first.output).toBe(130);
    expect(first.output).toMatch(/A checkpoint of step \d+ is kept in .*\n {2}npx arcfleet train .* --resume/);
    const again = new TrainCommand(`${run} --extra-model-name halved`);
    expect(await again.exitCode()).toBe(1);
    expect(again.output).toContain('add --resume');

    const [second, whole] = [
      new TrainCommand(`${run} --extra-model-name halved --resume`),
      new TrainCommand(`${run} --extra-model-name whole`),
    ];
    expect([await second.exitCode(), await whole.exitCode()], second.output + whole.output).toEqual([0, 0]);
    const losses = (name: string) =>
      linesOf(join(fleet.folder, 'models', `tiny-arcface-faces-${name}`, 'metrics.jsonl')).flatMap(({ step, loss }) =>
        loss === undefined ? [] : [[step, loss]],
      );
    expect(losses('whole')).toHaveLength(60);
    expect(losses('halved')).toEqual(losses('whole'));
  });

  it('is killed at any step and taken up: model and losses are those of a run that was never disturbed', async () => {
    const line = `${TINY} --local --max-steps 60 --verbose 20 --frequent 1 --set checkpoint.everySteps=5`;
    const folder = (name: string) => join(fleet.folder, 'models', `tiny-arcface-faces-${name}`);
    const whole = new TrainCommand(`${line} --extra-model-name undisturbed`);
    expect(await whole.exitCode(), whole.output).toBe(0);

    const first = new TrainCommand(`${line} --extra-model-name broken`);
    // Anywhere behind a checkpoint: between steps, in one, while a model or the next checkpoint is written.
    const checkpoint = 5 * (1 + Math.floor(Math.random() * 5));
    const waitMs = Math.random() * 60;
    const when = `killed ${waitMs} ms after checkpoint ${checkpoint}`;
    await first.shows(`saved     checkpoint of step ${checkpoint}`);
    await delay(waitMs);
    first.kill('SIGKILL');
    await first.exitCode();
    expect(existsSync(join(folder('broken'), '.run')), `${when}: ${first.output}`).toBe(true);
    const second = new TrainCommand(`${line} --extra-model-name broken --resume`);
    expect(await second.exitCode(), second.output).toBe(0);

    const records = (name: string) =>
      linesOf(join(folder(name), 'metrics.jsonl')).flatMap((each) =>
        'loss' in each ? [[each['step'], each['loss']]] : 'verification' in each ? [[each['step'], each['accuracy']]] : [],
      );
    expect(records('undisturbed')).toHaveLength(63);
    expect(records('broken'), when).toEqual(records('undisturbed'));
    const model = (name: string) => readFileSync(join(folder(name), 'model-0001.safetensors'));
    expect(model('broken').equals(model('undisturbed')), when).toBe(true);
    expect(readdirSync(folder('broken')).sort()).toEqual(readdirSync(folder('undisturbed')).sort());
  });

  it('goes on at another number of ranks with the same batch, and as no other run', async () => {
    const line = `${TINY} --local --ranks 2 --verbose 0 --frequent 1 --extra-model-name fewer`;
    const first = new TrainCommand(`${line} --max-steps 100000`);
    await first.shows('step ');
    first.kill('SIGINT');
    expect(await first.exitCode(), first.output).toBe(130);
    const step = Number(/A checkpoint of step (\d+) is kept/.exec(first.output)?.[1]);
    const other = new TrainCommand(`${line} --resume --lr 0.5`);
    expect(await other.exitCode()).toBe(1);
    expect(other.output).toContain('optimizer.learningRate (--lr) was 0.1 and would be 0.5');

    const second = new TrainCommand(`${line} --resume --ranks 1 --max-steps ${step + 6} --json`);
    expect(await second.exitCode(), second.output).toBe(0);
    expect(second.output).toContain('8 per rank x 1 = 8, batch norm over 4');
    expect(second.summary()).toMatchObject({ status: 'succeeded', ranks: 1, steps: step + 6 });
    const folder = join(fleet.folder, 'models', 'tiny-arcface-faces-fewer');
    const steps = linesOf(join(folder, 'metrics.jsonl')).flatMap((each) => ('loss' in each ? [each['step']] : []));
    expect(steps).toEqual(Array.from({ length: step + 6 }, (_, index) => index + 1));
    expect(JSON.parse(readFileSync(join(folder, 'model-0001.json'), 'utf8'))).toMatchObject({ step: step + 6 });
  });

  it.runIf(process.platform === 'linux')('takes its trainers with it when it is killed', async () => {
    const command = new TrainCommand(`${TINY} --local --ranks 2 --max-steps 100000 --extra-model-name killed`);
    await command.shows('step ');
    expect(trainersIn(fleet.folder)).toHaveLength(2);
    command.kill('SIGKILL');
    await fleet.until('no trainer is left', () => Promise.resolve(trainersIn(fleet.folder).length === 0));
  });

  it('fails with the cause when the ranks cannot train', async () => {
    const command = new TrainCommand(
      `${TINY} --local --ranks 2 --max-steps 4 --set dataset.path="${join(fleet.folder, 'nothing')}"`,
    );
    expect(await command.exitCode()).toBe(1);
    expect(command.output).toMatch(/Failed after 0 steps.*\ndataset_not_found: /);
    expect(existsSync(join(fleet.folder, 'models', 'tiny-arcface-faces', '.run'))).toBe(false);
  });
});

describe('arcfleet train', () => {
  it('submits to the API, follows the run and places its model', async () => {
    fleet.startWorker({ slots: 2 });
    const command = new TrainCommand(
      `${TINY} --ranks 2 --max-steps 12 --verbose 6 --extra-model-name sent --api ${fleet.apiUrl} --storage ${fleet.storageRoot} --json`,
    );
    expect(await command.exitCode(), command.output).toBe(0);
    const summary = command.summary();
    const prefix = join(fleet.folder, 'models', 'tiny-arcface-faces-sent', 'model-0001');
    expect(summary).toMatchObject({ status: 'succeeded', ranks: 2, steps: 12, engine: 'wasm', model: prefix });
    const run = await fleet.run(String(summary['runId']));
    expect(run).toMatchObject({
      name: 'tiny-arcface-faces-sent',
      status: 'succeeded',
      config: { batch: { globalBatchSize: 8 } },
    });
    const best = run.models.findLast(({ isBest }) => isBest);
    const stored = readFileSync(join(fleet.storageRoot, best?.folder ?? '', 'model.safetensors'));
    expect(readFileSync(`${prefix}.safetensors`).equals(stored)).toBe(true);
  });

  it('cancels the run on Ctrl-C and waits for its end', async () => {
    const command = new TrainCommand(`${TINY} --ranks 2 --max-steps 100000 --api ${fleet.apiUrl} --json`);
    await command.shows('step ');
    command.kill('SIGINT');
    expect(await command.exitCode(), command.output).toBe(130);
    const summary = command.summary();
    expect(summary).toMatchObject({ status: 'canceled', model: null });
    expect((await fleet.run(String(summary['runId']))).status).toBe('canceled');
  });

  it('leaves a run alone when it is told to end', async () => {
    // No worker has three slots: the run waits, and so does whoever follows it.
    const command = new TrainCommand(`${TINY} --ranks 3 --max-steps 9 --api ${fleet.apiUrl} --json`);
    await command.shows('queued');
    command.kill('SIGTERM');
    expect(await command.exitCode(), command.output).toBe(130);
    const summary = command.summary();
    expect(summary).toMatchObject({ status: 'detached' });
    expect(command.output).toContain(`Run ${String(summary['runId'])} goes on by itself`);
    await delay(200);
    expect((await fleet.run(String(summary['runId']))).status).toBe('queued');
    await fleet.cancel(String(summary['runId']));
  });

  it('runs a recipe, under its name', async () => {
    const command = new TrainCommand(
      `--recipe demo --dataset faces --set network.embeddingSize=16 --per-batch-size 4 --max-steps 4 --engine wasm --api ${fleet.apiUrl} --json`,
    );
    expect(await command.exitCode(), command.output).toBe(0);
    expect((await fleet.run(String(command.summary()['runId']))).labels).toEqual({ recipe: 'demo' });
  });

  it('says what to do when nobody answers', async () => {
    const command = new TrainCommand(`${TINY} --api http://127.0.0.1:9`);
    expect(await command.exitCode()).toBe(1);
    expect(command.output).toMatch(/npm run up.*--local/);
  });

  it.each([
    ['--netwrok r50', /Did you mean --network\?/],
    [
      '--network mnas05 --loss triplet --lr 0.005 --pretrained ./models/y1-softmax-emore,1',
      /npx arcfleet train --network y1 --loss triplet/,
    ],
    ['--recipe nothing', /there are: demo, /],
  ])('refuses %s with what helps', async (line, message) => {
    const command = new TrainCommand(line);
    expect(await command.exitCode()).toBe(1);
    expect(command.output).toMatch(message);
  });
});
