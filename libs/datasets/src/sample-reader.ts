import { openImageFiles } from './image-folder/image-files.js';
import { parseRecordHeader } from './recordio/record-format.js';
import { RecordFile } from './recordio/record-file.js';
import type { SampleLocations, SampleReader, SampleSource } from './sample-source.js';

/** @throws ArcFleetError `dataset_not_found`; for `s3://` also `storage_unavailable` */
export async function openSampleReader({ kind, path, access }: SampleSource): Promise<SampleReader> {
  return kind === 'files' ? openImageFiles(path, access) : recordReader(await RecordFile.open(path, access));
}

function recordReader(file: RecordFile): SampleReader {
  const place = (locations: SampleLocations, at: number): { key: number; offset: number } => {
    if (locations.kind !== 'records') throw new TypeError(`${file.path} holds records, not files`);
    return { key: locations.keys[at] as number, offset: locations.offsets[at] as number };
  };
  return {
    read: async (locations, at) => {
      const { key, offset } = place(locations, at);
      const payload = await file.read(offset, key);
      const header = parseRecordHeader(payload);
      if (header === undefined) throw file.corrupt(key, offset, 'is too short for its image header');
      return payload.subarray(header.imageStart);
    },
    describe: (locations, at) => `record ${place(locations, at).key} of ${file.path}`,
    close: () => file.close(),
  };
}
