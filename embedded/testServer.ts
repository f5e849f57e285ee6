import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TimeSkippingServerConfig } from '@temporalio/testing';
import { answers, cacheFolder, climb, downloadBySdk, intoCache, runLong } from './cache';
import { type Log, StartError } from './children';

const version = '1.38.0';

/**
 * Finds the time-skipping test server; downloads it, or builds it with Maven, if missing.
 * It has one clock, so each test file needs its own server.
 * @returns what `TestWorkflowEnvironment.createTimeSkipping({ server })` takes
 * @throws Error that lists every way to provide it
 */
export async function timeSkippingExecutable(
  log: Log = () => {},
): Promise<Pick<TimeSkippingServerConfig, 'executable'>> {
  const cache = cacheFolder();
  const downloaded = path.join(cache, 'bin', 'temporal-test-server');
  const built = path.join(cache, `temporal-test-server-${version}`);
  const program = path.join(built, 'run');
  const executable = await climb(
    'Time-skipping test server',
    [
      ['kept from an earlier download', () => existing(downloaded)],
      ['kept from an earlier build', () => existing(program)],
      ['download', () => downloadBySdk('timeSkipping', downloaded, { dataDir: cache, log })],
      ['Java and Maven', () => buildWithMaven(built, cache, log).then(() => program)],
    ],
    'It needs a network, or Java 17 and Maven with a mirror of the central repository.',
    log,
  );
  return { executable: { type: 'existing-path', path: executable } };
}

function existing(file: string): string {
  if (!existsSync(file)) throw new StartError('none found');
  return file;
}

function buildWithMaven(target: string, cache: string, log: Log): Promise<string> {
  for (const program of ['java', 'mvn']) {
    if (!answers(program, ['-version'], 'version')) throw new StartError(`\`${program}\` is not on the PATH`);
  }
  return intoCache(target, async (folder) => {
    const project = path.join(folder, 'pom.xml');
    writeFileSync(project, pom);
    const made = path.join(folder, 'server');
    mkdirSync(made);
    const args = ['-q', '-B', '-f', project, 'dependency:copy-dependencies', `-DoutputDirectory=${made}/lib`];
    await runLong('Test server build', 'mvn', args, { dataDir: cache, log });
    const script = path.join(made, 'run');
    writeFileSync(
      script,
      '#!/bin/sh\nexec java -cp "$(dirname "$0")/lib/*" io.temporal.testserver.TestServer "$@"\n',
    );
    chmodSync(script, 0o755);
    return made;
  });
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tributary</groupId><artifactId>test-server</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId><artifactId>temporal-test-server</artifactId><version>${version}</version>
    </dependency>
  </dependencies>
</project>
`;
