import { createServer, request } from 'node:http'
import { connect } from 'node:net'

/**
 * A forward proxy in a process of its own: absolute-form requests and CONNECT tunnels, each told by one line on stdout.
 * The first line is its address.
 */
const server = createServer((incoming, outgoing) => {
  const target = new URL(incoming.url ?? '')
  console.log(`${incoming.method} ${target.host}`)
  const { 'proxy-connection': _, ...headers } = incoming.headers
  const forwarded = request(target, { method: incoming.method ?? 'GET', headers }, (reply) => {
    outgoing.writeHead(reply.statusCode ?? 502, reply.headers)
    reply.pipe(outgoing)
  })
  forwarded.on('error', () => outgoing.destroy())
  incoming.pipe(forwarded)
})
server.on('connect', (incoming, socket, first) => {
  console.log(`CONNECT ${incoming.url}`)
  const [host, port] = (incoming.url ?? '').split(':')
  const upstream = connect(Number(port), host ?? '', () => {
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    upstream.write(first)
    upstream.pipe(socket)
    socket.pipe(upstream)
  })
  upstream.on('error', () => socket.destroy())
  socket.on('error', () => upstream.destroy())
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
})
