/**
 * Why a request was never sent: no connection was made. `isLasting`: another try would meet the same.
 * What failed once something may have been sent is none of these.
 */
export type NetworkFault = { remedy: string; isLasting: boolean }

type Cause = { code: string; message: string }

const FAULTS: readonly (NetworkFault & { fits: (cause: Cause) => boolean })[] = [
  {
    fits: ({ message }) =>
      /Proxy (response|Authentication Required) \(407\)|Proxy Authentication Required/.test(message),
    isLasting: true,
    remedy: 'The proxy wants a user and a password, or others: check HTTPS_PROXY. Nothing was sent.',
  },
  {
    fits: ({ message }) => /Proxy response \(\d+\)/.test(message),
    isLasting: false,
    remedy:
      'The proxy of HTTPS_PROXY did not connect: its own rules may leave this host out. Ask for it to be allowed, or name it in NO_PROXY. Nothing was sent.',
  },
  {
    fits: ({ code }) =>
      /^(CERT_|ERR_TLS_CERT|ERR_SSL_|SELF_SIGNED_CERT|UND_ERR_PRX_TLS|CRL_)/.test(code) ||
      /^(DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT_LOCALLY)|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)$/.test(
        code,
      ),
    isLasting: true,
    remedy:
      "The certificate is not trusted: a proxy that opens TLS has one of its own. Set NODE_EXTRA_CA_CERTS to the file of your organization's root certificate. Nothing was sent.",
  },
  {
    fits: ({ code }) => code === 'ENOTFOUND' || code === 'EAI_AGAIN',
    isLasting: false,
    remedy:
      "The name was not found: check the address, and the runner's DNS; a runner that only a proxy leads out of needs HTTPS_PROXY. Nothing was sent.",
  },
  {
    fits: ({ code }) =>
      ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'UND_ERR_CONNECT_TIMEOUT'].includes(code),
    isLasting: false,
    remedy:
      'Nobody took the connection: check the address, the firewall, and HTTPS_PROXY and NO_PROXY where the runner needs a proxy. Nothing was sent.',
  },
]

/** The fault behind an error of fetch, or null where it is another error or the request may have been sent. */
export function networkFault(error: unknown): NetworkFault | null {
  const causes = causesOf(error)
  return FAULTS.find(({ fits }) => causes.some(fits)) ?? null
}

/** An error and its causes, outermost first; of several addresses that were tried, each one's. */
export function causesOf(error: unknown, depth = 5): Cause[] {
  if (!(error instanceof Error) || depth === 0) return []
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const inner = error instanceof AggregateError ? error.errors : []
  const own = { code, message: error.message || code || error.name }
  return [own, ...[...inner, error.cause].flatMap((cause) => causesOf(cause, depth - 1))]
}
