package top.neuralbox.faults.servers;

/** How a server answers one request. */
public sealed interface Answer permits Http1Answer, Http2Answer {

    /** After how many events the server waits until the caller has them; 0 for never. */
    int stallAfter();

    /** The same answer with another pause. */
    Answer stalledAfter(int events);

    /** The story that a request asks for, as this answer tells it: how long the text is. */
    int filler();
}
