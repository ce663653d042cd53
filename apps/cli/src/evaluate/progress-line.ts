/** A line that counts images, on a terminal; nothing elsewhere. */
export function progressLine(stream: NodeJS.WriteStream): (what: string, done: number, count: number) => void {
  return (what, done, count) => {
    if (!stream.isTTY) return;
    stream.write(`\r\x1b[K${done < count ? `${what}: ${done} of ${count} images` : ''}`);
  };
}
