import { Component } from 'react'

/**
 * Shows an answer as plain text if its Markdown cannot be shown, for example because it nests too deep. Without this, React
 * would take the whole page away, and its Stop.
 */
export class PlainIfBroken extends Component {
  state = { broken: false }

  static getDerivedStateFromError() {
    return { broken: true }
  }

  /** Another answer in the same place. */
  componentDidUpdate(before) {
    if (this.state.broken && !this.props.text.startsWith(before.text)) this.setState({ broken: false })
  }

  render() {
    const { text, grows, children } = this.props
    if (!this.state.broken) return children
    return (
      <p className="plain" aria-live={grows ? 'off' : undefined}>
        {text}
      </p>
    )
  }
}
