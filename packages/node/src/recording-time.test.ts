import { describe, expect, test } from 'vitest'
import { RecordingTime } from './recording-time.ts'

const frameUs = 20_000

describe('The time of a recording', () => {
  test('begins at zero wherever the stream is', () => {
    const time = new RecordingTime()
    expect(time.place(5_000_000, frameUs)).toBe(0)
    expect(time.place(5_020_000, frameUs)).toBe(20_000)
  })

  test('keeps the length of what is missing', () => {
    const time = new RecordingTime()
    time.place(0, frameUs)
    expect(time.place(3_000_000, frameUs)).toBe(3_000_000)
  })

  test('goes on at the end of one run with the next, whose times begin anew', () => {
    const time = new RecordingTime()
    time.place(0, frameUs)
    time.place(20_000, frameUs)
    time.startRun()
    expect(time.place(740_000, frameUs)).toBe(40_000)
    expect(time.place(760_000, frameUs)).toBe(60_000)
  })

  test('has a place for what others have overtaken', () => {
    const time = new RecordingTime()
    time.place(0, frameUs)
    time.place(40_000, frameUs)
    expect(time.place(20_000, frameUs)).toBe(20_000)
    expect(time.place(60_000, frameUs)).toBe(60_000)
  })

  test('does not believe a gap of hours', () => {
    const time = new RecordingTime()
    time.place(0, frameUs)
    expect(time.place(Number.MAX_SAFE_INTEGER / 2, frameUs)).toBe(20_000)
  })
})
