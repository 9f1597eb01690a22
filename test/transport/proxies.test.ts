import { expect, test } from 'vitest'
import { readProxies } from '../../src/transport/proxies.ts'

/** Proxies as people write them. */

const proxyOf = (HTTPS_PROXY: string) => readProxies({ HTTPS_PROXY })

test.each([
  ['proxy.corp:3128', 'http://proxy.corp:3128/'],
  ['proxy.corp', 'http://proxy.corp/'],
  [' http://proxy.corp:3128 ', 'http://proxy.corp:3128/'],
  ['https://proxy.corp', 'https://proxy.corp/'],
  ['[::1]:3128', 'http://[::1]:3128/'],
  ['ada:pass@proxy.corp:3128', 'http://ada:pass@proxy.corp:3128/'],
  ['http://ada:50%25@proxy.corp:3128', 'http://ada:50%25@proxy.corp:3128/'],
  ['http://ada:50%@proxy.corp:3128', 'http://ada:50%25@proxy.corp:3128/'],
  ['http://ada:p%zz%40@proxy.corp:3128', 'http://ada:p%25zz%2540@proxy.corp:3128/'],
  ['', ''],
])('%j is %j', (given, address) => {
  expect(proxyOf(given)).toMatchObject({ proxies: { https: address, http: '', no: '' }, problems: [] })
})

test.each([
  'http://',
  'http://ada:pass-of-ada@',
  'http://proxy.corp:31280000',
  'http://ada:pass#of-ada@proxy.corp:3128',
  'socks5://ada:pass-of-ada@proxy.corp:1080',
  'proxy.corp:3128/pass-of-ada',
  'not a proxy',
])('%j cannot be an address: one problem that names the variable and not the value', (given) => {
  const { proxies, problems } = proxyOf(given)
  expect(proxies.https).toBe('')
  expect(problems).toEqual([expect.stringMatching(/^HTTPS_PROXY: got a value that is not shown/)])
  expect(problems.join()).not.toMatch(/ada|proxy\.corp|31280000/)
})

test('a variable in lower case comes first, and an empty one is none', () => {
  const env = {
    https_proxy: 'a:1',
    HTTPS_PROXY: 'b:2',
    http_proxy: ' ',
    HTTP_PROXY: 'c:3',
    NO_PROXY: ' .corp, 10.0.0.0/8 ',
  }
  expect(readProxies(env)).toEqual({
    proxies: { https: 'http://a:1/', http: 'http://c:3/', no: '.corp, 10.0.0.0/8' },
    problems: [],
    secrets: [],
  })
})

test.each(['http://intern.corp', 'ada:pass-of-ada@intern', '.corp,\u0000'])(
  'NO_PROXY %j is named without its value',
  (given) => {
    const { problems } = readProxies({ NO_PROXY: given })
    expect(problems).toEqual([expect.stringMatching(/^NO_PROXY: got a value that is not shown/)])
    expect(problems.join()).not.toContain('pass-of-ada')
  },
)

test('passwords are secrets, as they are and with their user as Basic authorization has them', () => {
  const { secrets } = readProxies({ HTTPS_PROXY: 'http://ada:p%40ss%2Fword@proxy.corp:3128' })
  expect(secrets).toEqual(['p@ss/word', 'ada:p@ss/word'])
})
