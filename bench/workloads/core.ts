import type { Benchmark } from '../benchmark.ts'
import type { CoreFigures } from '../core/main.ts'
import type { Stage } from '../stage.ts'
import { targetRow } from './target-row.ts'

/** The core alone, in a process of its own each time. */
export const core: Benchmark = {
  name: 'core',
  about: 'the core alone: objects to 10 children, and rows of 2,000 origins, per second of processor time',
  peers: [],
  async run(stage) {
    const figures: CoreFigures[] = []
    for (let run = 0; run < stage.runs; run++) {
      stage.say(`core: run ${run + 1} of ${stage.runs}`)
      figures.push(await once(stage))
    }
    const row = { name: 'core', better: 'more' } as const
    return [
      targetRow({
        ...{ ...row, figure: 'deliveries', unit: '/s', target: 1_000_000 },
        values: figures.map(({ deliveries }) => deliveries)
      }),
      targetRow({
        ...{ ...row, figure: 'rows handled', unit: '/s', target: undefined },
        values: figures.map(({ rows }) => rows)
      })
    ]
  }
}

async function once(stage: Stage): Promise<CoreFigures> {
  const child = stage.script('core', 'bench/core/main.ts')
  const figures = await child.line('its figures', line => (line.startsWith('{') ? line : undefined))
  await child.exited
  return JSON.parse(figures) as CoreFigures
}
