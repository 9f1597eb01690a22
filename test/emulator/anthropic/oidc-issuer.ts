import { randomUUID } from 'node:crypto'
import { json, type Server, startServer } from '../http.ts'
import { ORDINARY } from './options.ts'

export type OidcIssuer = Server & {
  /** What the runner puts into the job's environment where it has `id-token: write`. */
  env: { ACTIONS_ID_TOKEN_REQUEST_URL: string; ACTIONS_ID_TOKEN_REQUEST_TOKEN: string }
  /** Every token so far, oldest first. */
  issued: string[]
}

/** JWTs of GitHub live five minutes. */
const LIFETIME = 300

/**
 * The endpoint of the runner that issues GitHub's OIDC tokens: a new JWT at each call, in GitHub's form, its signature
 * made up. `now` is UTC ms.
 */
export async function startOidcIssuer(
  subject = ORDINARY.federation.subject,
  now: () => number = Date.now,
): Promise<OidcIssuer> {
  const requestToken = randomUUID()
  const issued: string[] = []
  const server = await startServer({
    error: (status) => json(status, { message: 'The token request failed' }),
    handle: (request) => {
      if (request.path !== '/idtoken' || request.query.get('api-version') !== '2.0') {
        return json(404, { message: 'Not Found' })
      }
      if (request.headers.authorization !== `Bearer ${requestToken}`) return json(401, { message: 'Unauthorized' })
      const seconds = Math.floor(now() / 1000)
      const claims = {
        iss: 'https://token.actions.githubusercontent.com',
        aud: request.query.get('audience') ?? 'https://github.com/acme',
        sub: subject,
        jti: randomUUID(),
        iat: seconds,
        nbf: seconds - 10,
        exp: seconds + LIFETIME,
        repository: subject.split(':')[1],
      }
      const token = jwt(claims)
      issued.push(token)
      return json(200, { count: 1, value: token })
    },
  })
  return Object.assign(server, {
    issued,
    env: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${server.url}/idtoken?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
    },
  })
}

function jwt(claims: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signature = Buffer.from(randomUUID() + randomUUID()).toString('base64url')
  return `${encode({ typ: 'JWT', alg: 'RS256', kid: 'emulator' })}.${encode(claims)}.${signature}`
}
