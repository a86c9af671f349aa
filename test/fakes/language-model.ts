import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An OpenAI-compatible chat server that answers everything with one text, streamed in pieces. */
export async function startLanguageModel(answer: string): Promise<{ readonly url: string; readonly requests: () => number; readonly close: () => Promise<void> }> {
  let requests = 0;
  const server: Server = createServer((request, response) => {
    if (request.url !== '/v1/chat/completions') {
      response.writeHead(404).end();
      return;
    }
    requests += 1;
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      const { stream } = JSON.parse(body) as { stream?: boolean };
      if (stream !== true) {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ id: '1', object: 'chat.completion', created: 0, model: 'fake', choices: [{ index: 0, message: { role: 'assistant', content: answer }, finish_reason: 'stop' }] }));
        return;
      }
      response.setHeader('content-type', 'text/event-stream');
      for (const piece of answer.split(/(?<= )/)) response.write(`data: ${JSON.stringify(chunk({ content: piece }, null))}\n\n`);
      response.end(`data: ${JSON.stringify(chunk({}, 'stop'))}\n\ndata: [DONE]\n\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

function chunk(delta: Readonly<Record<string, string>>, finish: string | null): unknown {
  return { id: '1', object: 'chat.completion.chunk', created: 0, model: 'fake', choices: [{ index: 0, delta, finish_reason: finish }] };
}
