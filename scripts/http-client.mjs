// The toolkit's HTTP client, loaded when one is made, which is for an OIDC token only: Node's TLS comes with it.
export function HttpClient(...given) {
  return new (require('http-client-itself').HttpClient)(...given)
}
