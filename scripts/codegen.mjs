/**
 * Makes packages/protocol/src/wire/generated/control.ts from control.proto: the encoders and decoders of protobuf.js as
 * static code, and a type for each message. `--check` compares instead of writing, and exits 1 when they differ.
 *
 * The output is TypeScript, so that `tsc -b` carries it into dist like any other source and Node runs it as it is.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import protobuf from 'protobufjs'
import pbjs from 'protobufjs-cli/pbjs.js'
import { main, Problem, root } from './workspace.mjs'

const source = 'packages/protocol/src/wire/control.proto'
const target = 'packages/protocol/src/wire/generated/control.ts'

/** 64-bit integers are numbers: the readers given to `decode` make them so (bounded-reader.ts). */
const scalarTypes = {
  uint32: 'number',
  uint64: 'number',
  bool: 'boolean',
  string: 'string',
  bytes: 'Uint8Array'
}

await main(async () => {
  const code = await generate()
  if (process.argv.includes('--check')) {
    if (code === read(target)) return
    throw new Problem(`${target} does not match control.proto. Run: node scripts/codegen.mjs`)
  }
  writeFileSync(join(root, target), code)
  console.log(`Wrote ${target}`)
})

async function generate() {
  const { nested } = protobuf.parse(readFileSync(join(root, source), 'utf8')).root.lookup('hopcast')
  const types = Object.values(nested).filter(item => item instanceof protobuf.Type)
  return `${[
    '// Made from control.proto by scripts/codegen.mjs. Do not edit.',
    '// @ts-nocheck: the code below is plain JavaScript; what is exported has its type stated.',
    "import $protobuf from 'protobufjs/minimal.js'",
    '',
    'interface Codec<T> {',
    '  encode(message: Partial<T>, writer: $protobuf.Writer): $protobuf.Writer',
    '  decode(reader: $protobuf.Reader): T',
    '}',
    ...types.flatMap(declaration),
    '',
    await staticCode(),
    '',
    ...roots(types).map(type => `export const ${type.name}: Codec<${type.name}> = hopcast.${type.name}`)
  ].join('\n')}\n`
}

/** The messages that are in no other message: the ones that are encoded and decoded by themselves. */
function roots(types) {
  const inner = new Set(types.flatMap(type => type.fieldsArray.map(field => field.type)))
  return types.filter(type => !inner.has(type.name))
}

function declaration(type) {
  const fields = type.fieldsArray.map(field => {
    const own = scalarTypes[field.type] ?? (field.type in (type.nested ?? {}) ? 'number' : field.type)
    return `  ${field.name}: ${field.repeated ? `${own}[]` : `${own} | null`}`
  })
  return ['', `export interface ${type.name} {`, ...fields, '}']
}

/** Encoders and decoders only, with `null` for what is absent: everything else that pbjs can add stays unused. */
async function staticCode() {
  const unused = ['create', 'verify', 'convert', 'delimited', 'typeurl', 'service', 'comments']
  const args = [
    '-t',
    'static',
    '--es6',
    '--null-defaults',
    ...unused.map(name => `--no-${name}`),
    join(root, source)
  ]
  const code = await new Promise((resolve, reject) => {
    pbjs.main(args, (error, output) => (error ? reject(error) : resolve(output)))
  })
  // protobuf.js would keep the messages in a registry that all its users in a program share.
  return replaced(
    replaced(code, '$protobuf.roots["default"] || ($protobuf.roots["default"] = {})', '{}'),
    'export const hopcast =',
    'const hopcast ='
  ).trim()
}

function replaced(code, before, after) {
  if (!code.includes(before)) throw new Error(`pbjs no longer writes ${before}`)
  return code.replace(before, after)
}

/** The file's text, empty when there is none. */
function read(path) {
  try {
    return readFileSync(join(root, path), 'utf8')
  } catch {
    return ''
  }
}
