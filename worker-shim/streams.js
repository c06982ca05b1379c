/**
 * Reads a stream to its end; nothing where it is longer than `most` bytes.
 * @param {ReadableStream<Uint8Array> | null} stream @param {number} most
 * @returns {Promise<Uint8Array | undefined>}
 */
export async function readAll(stream, most) {
  if (stream === null) return new Uint8Array();
  const reader = stream.getReader();
  /** @type {Uint8Array[]} */
  const chunks = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(value);
  }
  if (chunks.length === 1) return chunks[0];
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
