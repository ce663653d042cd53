import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseVerificationSet } from '#datasets';
import { parsePickle } from './parse-pickle.js';
import { NumpyArray, PickleTuple, type PickleList } from './pickle-values.js';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));
const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const bytes = (...parts: (Uint8Array | number)[]): Uint8Array =>
  Uint8Array.from(Buffer.concat(parts.map((part) => (typeof part === 'number' ? Uint8Array.of(part) : part))));
const u32 = (value: number): Uint8Array => Uint8Array.of(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);

/** The images of the fixtures: a line end, quotes, a backslash, NUL, bytes beyond ASCII. */
const IMAGES = [
  hex('ffd8 6f6e65 00 0a 27 22 5c'),
  hex('89504e47 74776f'),
  Uint8Array.from({ length: 56 }, (_, index) => 200 + index),
  ascii('four'),
];

/** `(images, [True, False])` as CPython writes it (pickle.dumps), and as Python 2 wrote byte strings. */
const FIXTURES = {
  'protocol 0':
    '28286c70300a635f636f646563730a656e636f64650a70310a2856ffd86f6e655c75303030305c753030306127225c75303035630a70320a566c6174696e310a70330a7470340a5270350a6167310a285689504e4774776f0a70360a67330a7470370a5270380a6167310a2856c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff0a70390a67330a747031300a527031310a6167310a2856666f75720a7031320a67330a747031330a527031340a61286c7031350a4930310a614930300a61747031360a2e',
  'protocol 1':
    '285d710028635f636f646563730a656e636f64650a710128580c000000c3bfc3986f6e65000a27225c710258060000006c6174696e3171037471045271056801285808000000c289504e4774776f710668037471075271086801285870000000c388c389c38ac38bc38cc38dc38ec38fc390c391c392c393c394c395c396c397c398c399c39ac39bc39cc39dc39ec39fc3a0c3a1c3a2c3a3c3a4c3a5c3a6c3a7c3a8c3a9c3aac3abc3acc3adc3aec3afc3b0c3b1c3b2c3b3c3b4c3b5c3b6c3b7c3b8c3b9c3bac3bbc3bcc3bdc3bec3bf7109680374710a52710b6801285804000000666f7572710c680374710d52710e655d710f284930310a4930300a657471102e',
  'protocol 2':
    '80025d710028635f636f646563730a656e636f64650a7101580c000000c3bfc3986f6e65000a27225c710258060000006c6174696e31710386710452710568015808000000c289504e4774776f7106680386710752710868015870000000c388c389c38ac38bc38cc38dc38ec38fc390c391c392c393c394c395c396c397c398c399c39ac39bc39cc39dc39ec39fc3a0c3a1c3a2c3a3c3a4c3a5c3a6c3a7c3a8c3a9c3aac3abc3acc3adc3aec3afc3b0c3b1c3b2c3b3c3b4c3b5c3b6c3b7c3b8c3b9c3bac3bbc3bcc3bdc3bec3bf7109680386710a52710b68015804000000666f7572710c680386710d52710e655d710f288889658671102e',
  'protocol 3':
    '80035d710028430affd86f6e65000a27225c7101430789504e4774776f71024338c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff71034304666f75727104655d7105288889658671062e',
  'protocol 4':
    '80049566000000000000005d9428430affd86f6e65000a27225c94430789504e4774776f944338c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff944304666f757294655d942888896586942e',
  'protocol 5':
    '80059566000000000000005d9428430affd86f6e65000a27225c94430789504e4774776f944338c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff944304666f757294655d942888896586942e',
  'Python 2, protocol 0':
    '28286c70300a53275c7866665c7864386f6e655c7830305c6e5c27225c5c270a70310a6153275c783839504e4774776f270a70320a6153275c7863385c7863395c7863615c7863625c7863635c7863645c7863655c7863665c7864305c7864315c7864325c7864335c7864345c7864355c7864365c7864375c7864385c7864395c7864615c7864625c7864635c7864645c7864655c7864665c7865305c7865315c7865325c7865335c7865345c7865355c7865365c7865375c7865385c7865395c7865615c7865625c7865635c7865645c7865655c7865665c7866305c7866315c7866325c7866335c7866345c7866355c7866365c7866375c7866385c7866395c7866615c7866625c7866635c7866645c7866655c786666270a70330a615327666f7572270a70340a61286c70350a4930310a614930300a617470360a2e',
  'Python 2, protocol 2':
    '80025d710028550affd86f6e65000a27225c7101550789504e4774776f71025538c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff71035504666f75727104655d7105288889658671062e',
} as const;
const fixtures = Object.entries(FIXTURES).map(([name, text]) => [name, hex(text)] as const);

/** np.frombuffer(b'\1\2\3', uint8) in protocol 2: _reconstruct and BUILD. */
const NUMPY_2 = bytes(
  hex('8002'),
  ascii('cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n'),
  ascii(
    'K\0\x85U\x01b\x87R(K\x01K\x03\x85cnumpy\ndtype\nU\x02u1K\0K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb',
  ),
  ascii('\x89U\x03\x01\x02\x03tb.'),
);
/** The same in protocol 5: _frombuffer of a bytearray. */
const NUMPY_5 = bytes(
  hex('8005'),
  ascii('\x8c\x13numpy._core.numeric\x8c\x0b_frombuffer\x93('),
  hex('96 0300000000000000 010203'),
  ascii('\x8c\x05numpy\x8c\x05dtype\x93\x8c\x02u1\x89\x88\x87RK\x03\x85\x8c\x01CtR.'),
);

const refusal = (input: Uint8Array): { code: string; message: string; details: Record<string, unknown> } => {
  try {
    parsePickle(input, '/data/lfw.bin');
  } catch (error) {
    return error as ReturnType<typeof refusal>;
  }
  throw new Error('it was read');
};

describe('parsePickle', () => {
  it.each(fixtures)('reads %s', async (_name, input) => {
    const set = parseVerificationSet(input, '/data/lfw.bin');
    const images = await Promise.all(IMAGES.map((_, index) => set.image(index)));
    expect(set.numPairs * 2).toBe(IMAGES.length);
    expect(images.map((image) => Buffer.from(image))).toEqual(IMAGES.map((image) => Buffer.from(image)));
    expect([...set.isSame]).toEqual([1, 0]);
  });

  it.each([
    ['by BUILD', NUMPY_2],
    ['from a buffer', NUMPY_5],
  ])('reads a numpy array made %s', (_how, input) => {
    const value = parsePickle(input, 'x');
    expect(value).toBeInstanceOf(NumpyArray);
    expect(value).toMatchObject({ dtype: 'u1', shape: [3], data: Uint8Array.of(1, 2, 3) });
  });

  it.each([...fixtures, ['numpy, protocol 2', NUMPY_2], ['numpy, protocol 5', NUMPY_5]] as const)(
    'refuses %s cut off at every byte, naming file and byte',
    (_name, input) => {
      for (let length = 0; length < input.length; length++) {
        const { code, details } = refusal(input.subarray(0, length));
        expect(code).toBe('pickle_refused');
        expect(details).toMatchObject({ file: '/data/lfw.bin' });
        expect(details['byte']).toBeLessThanOrEqual(length);
      }
    },
  );

  it('reads or refuses whatever bytes are changed, and never fails otherwise', () => {
    const change = fc.record({
      at: fc.nat(),
      value: fc.integer({ min: 0, max: 255 }),
      kind: fc.constantFrom('set', 'insert', 'drop'),
    });
    const inputs = [...fixtures.map(([, input]) => input), NUMPY_2, NUMPY_5];
    fc.assert(
      fc.property(fc.constantFrom(...inputs), fc.array(change, { minLength: 1, maxLength: 6 }), (input, changes) => {
        const mutant = [...input];
        for (const { at, value, kind } of changes) {
          const place = at % mutant.length;
          if (kind === 'set') mutant[place] = value;
          else if (kind === 'insert') mutant.splice(place, 0, value);
          else if (mutant.length > 1) mutant.splice(place, 1);
        }
        try {
          parseVerificationSet(Uint8Array.from(mutant), '/data/lfw.bin');
        } catch (error) {
          expect(['pickle_refused', 'dataset_invalid']).toContain((error as { code?: string }).code);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('refuses noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (input) => {
        try {
          parsePickle(input, 'x');
        } catch (error) {
          expect((error as { code?: string }).code).toBe('pickle_refused');
        }
      }),
      { numRuns: 3_000 },
    );
  });

  // What CPython's pickle.loads would run or build.
  it.each([
    [
      'os.system, protocol 0',
      '28286c70300a63706f7369780a73797374656d0a70310a2856747275650a70320a7470330a5270340a6161',
      0x63,
      'posix.system',
    ],
    [
      'os.system, protocol 4',
      '80049528000000000000005d948c05706f736978948c0673797374656d9493948c04747275659485945294',
      0x93,
      'posix.system',
    ],
    ['builtins.eval', '63 6275696c74696e730a 6576616c0a 2e', 0x63, 'builtins.eval'],
    ['an inherited property for a name', '63 0a 636f6e7374727563746f720a 2e', 0x63, '.constructor'],
    ['REDUCE of no global', '29 29 52 2e', 0x52, 'a call'],
    ['INST', '69 6f730a 73797374656d0a 2e', 0x69, 'not allowed'],
    ['OBJ', '28 6f 2e', 0x6f, 'not allowed'],
    ['NEWOBJ', '29 29 81 2e', 0x81, 'not allowed'],
    ['NEWOBJ_EX', '29 29 29 92 2e', 0x92, 'not allowed'],
    ['PERSID', '50 610a 2e', 0x50, 'not allowed'],
    ['BINPERSID', '29 51 2e', 0x51, 'not allowed'],
    ['EXT1', '82 01 2e', 0x82, 'not allowed'],
    ['EXT2', '83 0100 2e', 0x83, 'not allowed'],
    ['EXT4', '84 01000000 2e', 0x84, 'not allowed'],
    ['a dict', '7d 2e', 0x7d, 'not allowed'],
    ['NEXT_BUFFER', '97 2e', 0x97, 'not allowed'],
    ['protocol 6', '80 06', 0x80, 'protocol 6'],
    ['BUILD of a list', '5d 29 62 2e', 0x62, 'a state'],
  ])('refuses %s', (_name, text, opcode, reason) => {
    const { code, message, details } = refusal(hex(text));
    expect(code).toBe('pickle_refused');
    expect(details['opcode']).toBe(`0x${opcode.toString(16)}`);
    expect(message).toContain(reason);
  });

  it.each([
    ['a long string', bytes(0x42, u32(0xffffffff), 1)],
    ['a string of 2^63 bytes', bytes(0x8e, hex('0000000000000080'), 1)],
    ['a negative length', bytes(0x54, u32(0xffffffff))],
    ['an integer of 255 bytes', bytes(0x8a, 255, new Uint8Array(255), 0x2e)],
    ['a memo that was never stored', bytes(0x6a, u32(0xffffffff), 0x2e)],
    [
      'an array larger than its bytes',
      Uint8Array.from(NUMPY_2, (byte, at) => (byte === 3 && NUMPY_2[at - 1] === 0x4b ? 200 : byte)),
    ],
  ])('believes no length: %s', (_name, input) => {
    expect(refusal(input).code).toBe('pickle_refused');
  });

  it('holds a list that contains itself', () => {
    // EMPTY_LIST, MEMOIZE, BINGET 0, APPEND, STOP
    const value = parsePickle(hex('5d 94 68 00 61 2e'), 'x') as PickleList;
    expect(value.items[0]).toBe(value);
    expect(() => parseVerificationSet(hex('5d 94 68 00 61 2e'), 'x')).toThrow('must hold two things');
  });

  it('holds a tuple of tuples ten thousand deep', () => {
    const value = parsePickle(bytes(0x29, new Uint8Array(10_000).fill(0x85), 0x2e), 'x');
    expect(value).toBeInstanceOf(PickleTuple);
  });

  // Each would cost the square of its length if what the memo holds were worked through at every mention.
  const LENGTH = 60_000;
  const MENTIONS = 30_000;
  const manyTimes = (part: Uint8Array) => Buffer.concat(Array.from({ length: MENTIONS }, () => part));
  const dtype = ascii('cnumpy\ndtype\nq\x05U\x02u1\x85Rq\x06');
  it.each([
    [
      'a text that is encoded again and again',
      bytes(
        ascii('c_codecs\nencode\nq\x01X'),
        u32(LENGTH),
        new Uint8Array(LENGTH).fill(0x61),
        ascii('q\x02X\x06\0\0\0latin1q\x03('),
      ),
      ascii('h\x01h\x02h\x03\x86R'),
    ],
    [
      'a shape of many dimensions',
      bytes(
        ascii('cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02'),
        dtype,
        0x28,
        manyTimes(ascii('K\x01')),
        ascii('tq\x03h\x01h\x02\x85R('),
      ),
      ascii('h\x01h\x02\x85R(K\x01h\x03h\x06\x89U\x01xtb'),
    ],
  ])('takes time and memory in proportion to the file: %s', (_name, head, mention) => {
    const input = bytes(head, manyTimes(mention), ascii('t.'));
    const begin = process.memoryUsage().arrayBuffers;
    const started = performance.now();
    expect(refusal(input).code).toBe('pickle_refused');
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(process.memoryUsage().arrayBuffers - begin).toBeLessThan(20 * input.length);
  });
});
