import { Option, type Command } from 'commander';
import { FILE_FORMATS, NETWORK_NAMES, type FileFormat } from '#contracts';
import type { CliConfig } from '../config.js';
import { convertModel, MODEL_FORMATS, ONNX_INPUTS, type ConvertOptions } from '../model/convert-model.js';
import { describeModel, modelTable } from '../model/describe-model.js';
import { describeOnnx, isOnnx, onnxTable } from '../model/describe-onnx.js';
import { ApiClient } from '../follow/api-client.js';
import { apiKeyFor } from '../follow/api-key.js';
import { downloadModel } from '../model/download-model.js';
import { localPath } from '../local-path.js';

interface ConvertFlags extends Omit<ConvertOptions, 'force'> {
  readonly force?: boolean;
  readonly json?: boolean;
}

interface DownloadFlags {
  readonly api: string;
  readonly out: string;
  readonly format?: FileFormat;
  readonly retry?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addModelCommand(program: Command, config: CliConfig): void {
  const model = program.command('model').description('look at stored models of any tool, fetch them from a fleet, convert them');
  const network = () =>
    new Option('--network <name>', 'network of the model, where the file does not say').choices([...NETWORK_NAMES]);

  model
    .command('show')
    .description('say what a stored model is: network, sizes, input convention, checksum')
    .argument('<model>', 'folder, file, or prefix,epoch')
    .addOption(network())
    .option('--json', 'print one JSON object')
    .action(async (path: string, { json, network: name }: { json?: boolean; network?: string }) => {
      const place = localPath(config.workingFolder, path, 'a model');
      if (await isOnnx(place)) {
        const described = await describeOnnx(place);
        console.log(json ? JSON.stringify(described) : onnxTable(described).join('\n'));
        return;
      }
      const described = await describeModel(place, name);
      console.log(json ? JSON.stringify(described) : modelTable(described).join('\n'));
    });

  model
    .command('download')
    .description('fetch the files of a stored model from an API, and check them')
    .argument('<model>', 'mdl_..., name@alias or name@version')
    .addOption(new Option('--format <format>', 'default: as it is stored; another one is made by a worker').choices(FILE_FORMATS))
    .option('--api <url>', 'where the model is', 'http://127.0.0.1:3000')
    .option('--out <folder>', 'where the files go', '.')
    .option('--retry', 'try an export again that failed')
    .option('--force', 'replace files that are there')
    .option('--json', 'print one JSON object')
    .action(async (ref: string, { api, out, format, retry = false, force = false, json }: DownloadFlags) => {
      const say = (text: string): void => console.error(text);
      const folder = localPath(config.workingFolder, out, 'a folder');
      const url = api.replace(/\/+$/, '');
      const written = await downloadModel({
        api: new ApiClient(url, apiKeyFor(config, url)),
        ref,
        folder,
        format,
        retry,
        force,
        say,
      });
      if (json) console.log(JSON.stringify({ files: written }));
      else for (const { path: file, sizeBytes, sha256 } of written) console.log(`${file}  ${sizeBytes} bytes  sha256 ${sha256}`);
    });

  model
    .command('convert')
    .description('write a stored model as another tool reads it')
    .argument('<model>', 'folder, file, or prefix,epoch')
    .argument('<target>', 'file to write; for arcfleet and mxnet the prefix of the files')
    .addOption(new Option('--to <format>', 'format to write').choices(MODEL_FORMATS).makeOptionMandatory())
    .addOption(network())
    .addOption(new Option('--input <pixels>', 'what an ONNX model is fed (default: raw, 0 to 255)').choices(ONNX_INPUTS))
    .option('--force', 'replace files that are there')
    .option('--json', 'print one JSON object')
    .action(async (path: string, target: string, { to, network: name, input, force = false, json }: ConvertFlags) => {
      const from = localPath(config.workingFolder, path, 'a model');
      const written = await convertModel(from, localPath(config.workingFolder, target, 'a model'), {
        to,
        network: name,
        input,
        force,
      });
      if (json) console.log(JSON.stringify({ files: written }));
      else for (const { path: file, sizeBytes, sha256 } of written) console.log(`${file}  ${sizeBytes} bytes  sha256 ${sha256}`);
    });
}
