/** Networks of the usual shapes. Nodes are called n0, n1, … */
import type { Millis } from '@hopcast/protocol'
import type { Simulation } from './simulation.ts'

/** n0 – n1 – … */
export function line(sim: Simulation, count: number, delayMs: Millis): void {
  addNodes(sim, count)
  for (let i = 1; i < count; i++) sim.connect(`n${i - 1}`, `n${i}`, { delayMs })
}

/** A line whose ends are connected, too. */
export function ring(sim: Simulation, count: number, delayMs: Millis): void {
  line(sim, count, delayMs)
  sim.connect(`n${count - 1}`, 'n0', { delayMs })
}

/** a is connected to b by way of left and of right. */
export function diamond(sim: Simulation, delaysMs: { left: Millis; right: Millis }): void {
  for (const name of ['a', 'left', 'right', 'b']) sim.addNode(name)
  for (const side of ['left', 'right'] as const) {
    sim.connect('a', side, { delayMs: delaysMs[side] })
    sim.connect(side, 'b', { delayMs: delaysMs[side] })
  }
}

interface RandomGraphOptions {
  nodes: number
  /** Links per node, on average. */
  degree: number
  delayMs: { from: Millis; to: Millis }
  /** At most, drawn per link. */
  jitterMs: Millis
}

/** Connected: a random tree, and random links beside it. */
export function randomGraph(sim: Simulation, { nodes, degree, delayMs, jitterMs }: RandomGraphOptions): void {
  const { random } = sim
  addNodes(sim, nodes)
  const connect = (a: number, b: number): void => {
    const options = {
      delayMs: random.between(delayMs.from, delayMs.to),
      jitterMs: random.between(0, jitterMs)
    }
    sim.connect(`n${a}`, `n${b}`, options)
  }
  for (let i = 1; i < nodes; i++) connect(random.integer(0, i - 1), i)
  const linksMax = Math.min(Math.round((nodes * degree) / 2), (nodes * (nodes - 1)) / 2)
  while (sim.links.size < linksMax) {
    const [a, b] = [random.integer(0, nodes - 1), random.integer(0, nodes - 1)]
    if (a !== b && !sim.node(`n${a}`).links.has(sim.node(`n${b}`).id)) connect(a, b)
  }
}

function addNodes(sim: Simulation, count: number): void {
  for (let i = 0; i < count; i++) sim.addNode(`n${i}`)
}
