// Runs a program without stopping this process, which has the server's output to read meanwhile.
import { spawn } from 'node:child_process';

/**
 * Gives { status, output } when the program has ended; `status` is the exit code or the name of a signal.
 * With `keep` the output is collected, else it goes straight to the terminal.
 */
export function runProgram(program, args, { keep = false, ...options } = {}) {
  return new Promise((done, failed) => {
    const child = spawn(program, args, { stdio: keep ? ['ignore', 'pipe', 'pipe'] : 'inherit', ...options });
    let output = '';
    for (const stream of keep ? [child.stdout, child.stderr] : []) stream.setEncoding('utf8').on('data', (text) => { output += text; });
    child.once('error', failed);
    child.once('close', (code, signal) => done({ status: code ?? signal, output }));
  });
}
