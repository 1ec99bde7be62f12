package top.neuralbox.faults.servers;

/** A server's answer to one request. */
public sealed interface HttpAnswer permits Http1Answer, Http2Answer {

    /** The number of events after which the server waits until the caller has them; 0 for never. */
    int stallAfter();

    /** The same answer with another pause. */
    HttpAnswer stalledAfter(int events);

    /** The number of additional characters in the text of the story. */
    int filler();
}
