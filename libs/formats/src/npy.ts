import { open } from 'node:fs/promises';
import { ArcFleetError } from '#contracts';

/** A matrix of float32 numbers, row-major. */
export interface FloatMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
/** numpy writes a few hundred bytes; a header that claims more is not one. */
const MAX_HEADER_BYTES = 65_536;

/**
 * Reads an N x d float32 matrix from a `.npy` file (format versions 1 to 3, little-endian, C order). Nothing is allocated before the file's
 * size was held against what its header says.
 *
 * @throws ArcFleetError `dataset_not_found`; `dataset_corrupt` naming file and byte; `dataset_invalid` for another shape or type.
 */
export async function readNpy(path: string): Promise<FloatMatrix> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw new ArcFleetError('dataset_not_found', `Cannot open ${path}: ${error.message}`, { file: path });
  });
  try {
    const { size } = await file.stat();
    const read = async (offset: number, length: number): Promise<Buffer> => {
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await file.read(buffer, 0, length, offset);
      if (bytesRead < length) throw corrupt(path, offset + bytesRead, 'the file ends here');
      return buffer;
    };
    const start = await read(0, 12);
    if (!start.subarray(0, 6).equals(MAGIC)) throw corrupt(path, 0, 'this is not a .npy file');
    const version = start[6]!;
    if (version < 1 || version > 3) throw corrupt(path, 6, `format version ${version} is not known`);
    const headerStart = version === 1 ? 10 : 12;
    const headerLength = version === 1 ? start.readUInt16LE(8) : start.readUInt32LE(8);
    if (headerLength > MAX_HEADER_BYTES) throw corrupt(path, 8, `a header of ${headerLength} bytes`);
    const header = (await read(headerStart, headerLength)).toString('latin1');
    const [rows, columns] = shapeOf(path, headerStart, header);
    const dataStart = headerStart + headerLength;
    const length = 4 * rows * columns;
    if (size - dataStart !== length) {
      throw corrupt(path, dataStart, `${size - dataStart} bytes of data where ${rows} x ${columns} float32 need ${length}`);
    }
    const values = new Float32Array(rows * columns);
    const bytes = new Uint8Array(values.buffer);
    for (let at = 0; at < length;) {
      const { bytesRead } = await file.read(bytes, at, Math.min(length - at, 1 << 26), dataStart + at);
      if (bytesRead === 0) throw corrupt(path, dataStart + at, 'the file ends here');
      at += bytesRead;
    }
    return { rows, columns, values };
  } finally {
    await file.close();
  }
}

/** The bytes of a version 1.0 `.npy` file: float32, C order, data aligned to 64 bytes as numpy does. */
export function encodeNpy({ rows, columns, values }: FloatMatrix): Uint8Array {
  if (values.length !== rows * columns) {
    throw new ArcFleetError('shape_mismatch', `${values.length} values do not make ${rows} x ${columns}`);
  }
  return Buffer.concat([npyHeader(rows, columns), Buffer.from(values.buffer, values.byteOffset, values.byteLength)]);
}

/** What stands before the values of a matrix, for those who write them piece by piece. */
export function npyHeader(rows: number, columns: number): Uint8Array {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const start = Buffer.alloc(10);
  MAGIC.copy(start);
  start[6] = 1;
  start.writeUInt16LE(header.length, 8);
  return Buffer.concat([start, Buffer.from(header, 'latin1')]);
}

/** The header is a Python dict with three known keys; anything else is refused, so nothing is ever evaluated. */
function shapeOf(path: string, byte: number, header: string): [number, number] {
  const field = (name: string, value: string): string => {
    const match = new RegExp(`'${name}':\\s*(${value})\\s*[,}]`).exec(header);
    if (!match) throw corrupt(path, byte, `the header has no ${name} that can be read`);
    return match[1]!;
  };
  const type = field('descr', "'[^']{1,16}'").slice(1, -1);
  if (type !== '<f4') {
    throw new ArcFleetError(
      'dataset_invalid',
      `${path} holds ${type}; little-endian float32 (<f4) is expected: array.astype('<f4')`,
      {
        file: path,
      },
    );
  }
  if (field('fortran_order', 'True|False') === 'True') {
    throw new ArcFleetError('dataset_invalid', `${path} is in Fortran order; save numpy.ascontiguousarray(array)`, {
      file: path,
    });
  }
  const shape = field('shape', '\\([0-9, ]{0,200}\\)')
    .slice(1, -1)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number);
  const [rows, columns] = shape;
  if (shape.length !== 2 || !rows || !columns || !Number.isSafeInteger(4 * rows * columns)) {
    throw new ArcFleetError('dataset_invalid', `${path} has the shape (${shape.join(', ')}); a matrix N x d is expected`, {
      file: path,
    });
  }
  return [rows, columns];
}

function corrupt(path: string, byte: number, what: string): ArcFleetError {
  return new ArcFleetError('dataset_corrupt', `${path}, byte ${byte}: ${what}`, { file: path, byte });
}
