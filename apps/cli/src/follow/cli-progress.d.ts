/** The part of cli-progress that we use; the package brings no types. */
declare module 'cli-progress' {
  interface Options {
    readonly format?: string;
    readonly stream?: NodeJS.WritableStream;
    readonly hideCursor?: boolean;
    readonly clearOnComplete?: boolean;
    readonly gracefulExit?: boolean;
    readonly fps?: number;
    readonly barsize?: number;
  }
  class SingleBar {
    constructor(options: Options, preset?: Options);
    start(total: number, value: number, payload?: Record<string, string>): void;
    update(value: number, payload?: Record<string, string>): void;
    stop(): void;
  }
  const cliProgress: { SingleBar: typeof SingleBar; Presets: { shades_classic: Options } };
  export default cliProgress;
  export type { SingleBar };
}
