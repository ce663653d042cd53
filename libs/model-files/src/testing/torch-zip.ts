import { u32 } from '#formats';
import { buildZip, type ZipMember } from '../../../formats/src/testing/build-zip.js';

export interface TorchEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const text = (value: string): Buffer => Buffer.concat([Buffer.from([0x58]), u32(Buffer.byteLength(value)), Buffer.from(value)]);
const integer = (value: number): Buffer => Buffer.concat([Buffer.from([0x4a]), u32(value)]);
const global = (module: string, name: string): Buffer => Buffer.from(`c${module}\n${name}\n`);
const tuple = (...items: readonly Buffer[]): Buffer => Buffer.concat([Buffer.from('('), ...items, Buffer.from('t')]);
const ORDERED_DICT = Buffer.concat([global('collections', 'OrderedDict'), Buffer.from(')R')]);

/** A state dict as torch.save stores it: one storage for each tensor. */
export function torchZip(entries: readonly TorchEntry[]): Buffer {
  const items = entries.map(({ name, shape, values }, index) => {
    const id = tuple(text('storage'), global('torch', 'FloatStorage'), text(String(index)), text('cpu'), integer(values.length));
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, extent) => product * extent, 1));
    const args = tuple(
      Buffer.concat([id, Buffer.from('Q')]),
      integer(0),
      tuple(...shape.map(integer)),
      tuple(...strides.map(integer)),
      Buffer.from([0x89]),
      ORDERED_DICT,
    );
    return Buffer.concat([text(name), global('torch._utils', '_rebuild_tensor_v2'), args, Buffer.from('R')]);
  });
  const pickle = Buffer.concat([Buffer.from([0x80, 2]), ORDERED_DICT, Buffer.from('('), ...items, Buffer.from('u.')]);
  const member = (name: string, content: Buffer): ZipMember => ({ name: `archive/${name}`, content, stored: true });
  return buildZip([
    member('data.pkl', pickle),
    member('byteorder', Buffer.from('little')),
    ...entries.map(({ values }, index) =>
      member(`data/${index}`, Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
    ),
  ]);
}
