/**
 * Ends the output with what failed, in few words, and one plain line to read by machine: `N passed, N failed`. So the
 * end of a long output says what to look for in it.
 */
module.exports = class Summary {
  onRunComplete(_contexts, results) {
    const failures = results.testResults.flatMap(({ testFilePath, testResults, testExecError }) => [
      ...(testExecError ? [`${testFilePath}\n  ${firstLines(testExecError.message)}`] : []),
      ...testResults
        .filter(({ status }) => status === 'failed')
        .map(
          ({ fullName, failureMessages }) =>
            `${testFilePath}: ${fullName}\n  ${firstLines(failureMessages[0])}`,
        ),
    ]);
    // A file that does not even load has no failed test, and must not look like a success.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const line = `${results.numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
    // Jest prints its own summary after every other reporter.
    process.once('exit', () => process.stdout.write(`${[...failures, line].join('\n')}\n`));
  }
};

function firstLines(message = '') {
  return message.split('\n').slice(0, 12).join('\n  ');
}
