import { spawn } from 'node:child_process';

export interface ProgramResult {
  /** Null when it was killed or could not be started. */
  readonly code: number | null;
  /** Both of its outputs; empty where they went to the terminal. */
  readonly output: string;
}

/** Runs a program to its end; never throws. With `show` its output goes to our error output, where people look. */
export function runProgram(command: string, args: readonly string[], { show = false } = {}): Promise<ProgramResult> {
  return new Promise((done) => {
    const child = spawn(command, args, { stdio: show ? ['ignore', 2, 2] : ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer) => (output += chunk.toString());
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.once('error', (error) => done({ code: null, output: error.message }));
    child.once('close', (code) => done({ code, output }));
  });
}

/** The end of a program's output, for an error. */
export function lastLines(output: string, count = 15): string {
  return output.trimEnd().split('\n').slice(-count).join('\n');
}
