declare module 'parse-prometheus-text-format' {
  type Family = {
    name: string
    type: string
    help: string
    metrics: { value: string; labels?: Record<string, string> }[]
  }
  export default function parsePrometheusTextFormat(text: string): Family[]
}
