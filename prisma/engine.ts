import { readFileSync } from 'node:fs';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm' with { 'resolution-mode': 'import' };
import type { Pool } from 'pg';

/** Global in Node; its types are in those of browsers only. */
declare const WebAssembly: {
  instantiate(bytes: Buffer, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

/**
 * Prisma's own schema engine on a database. As WebAssembly, because the native one is downloaded at its first use.
 * `free` it afterwards.
 */
export async function openEngine(pool: Pool): Promise<SchemaEngine> {
  const adapter = bindMigrationAwareSqlAdapterFactory(wholeScripts(new PrismaPg(pool)));
  return (await loadEngine()).new({ datamodels: undefined }, () => {}, adapter);
}

/**
 * The adapter sends a script statement by statement, cut at each semicolon: that breaks the body of every
 * function and every quoted text that has one. PostgreSQL cuts better itself, and then a migration that fails
 * half-way leaves nothing behind.
 */
function wholeScripts(factory: PrismaPg): SqlMigrationAwareDriverAdapterFactory {
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    adapter.executeScript = async (script) => {
      await adapter.executeRaw({ sql: script, args: [], argTypes: [] });
    };
    return adapter;
  };
  return factory;
}

let loaded: Promise<typeof SchemaEngine> | undefined;

/**
 * The engine, instantiated once: its bindings know one instance, and a timer that an earlier migration left behind
 * would call into the memory of the next one.
 */
function loadEngine(): Promise<typeof SchemaEngine> {
  loaded ??= instantiateEngine();
  return loaded;
}

/** Instantiates the engine by hand: Node can't import a .wasm file as the package's own entry does. */
async function instantiateEngine(): Promise<typeof SchemaEngine> {
  const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const entry = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = readFileSync(entry.replace(/\.js$/, '.wasm'));
  const imports: Record<string, unknown> = { ...bindings };
  for (const name of Object.keys(imports).filter((key) => key.startsWith('__wbg_setTimeout'))) {
    // The engine forgets the timer of its own lock, which would keep the process for ten seconds.
    imports[name] = (handler: () => void, ms: number) => setTimeout(handler, ms).unref();
  }
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': imports });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return bindings.SchemaEngine;
}
