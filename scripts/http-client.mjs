// The toolkit's HTTP client, loaded when one is made: for an OIDC token, and by the toolkit's Octokit. Node's TLS comes with it.
export function HttpClient(...given) {
  return new (require('http-client-itself').HttpClient)(...given)
}
