/** Something about media that a person can be told as it is: one line that names the thing and the way out. */
export class MediaError extends Error {
  override readonly name = 'MediaError'
}
