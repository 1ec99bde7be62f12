package top.neuralbox.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Records what a handler is told, and lets a test wait for the end. */
public class RecordingHandler implements StreamingChatResponseHandler {

    private final List<String> pieces = new CopyOnWriteArrayList<>();
    private final List<Object> rawEvents = new CopyOnWriteArrayList<>();
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();
    private final CompletableFuture<ChatResponse> response = new CompletableFuture<>();
    private final CompletableFuture<Throwable> error = new CompletableFuture<>();
    private Consumer<PartialResponseContext> onPiece = context -> {};
    private Consumer<Throwable> onError = failure -> {};

    /** Sets an action for each piece, after it is recorded. */
    RecordingHandler onPiece(Consumer<PartialResponseContext> onPiece) {
        this.onPiece = onPiece;
        return this;
    }

    /** Sets an action for each error, after it is recorded. */
    RecordingHandler onError(Consumer<Throwable> onError) {
        this.onError = onError;
        return this;
    }

    public ChatResponse awaitResponse() throws InterruptedException, ExecutionException, TimeoutException {
        return response.get(10, TimeUnit.SECONDS);
    }

    Throwable awaitError() throws InterruptedException, ExecutionException, TimeoutException {
        return error.get(10, TimeUnit.SECONDS);
    }

    List<String> pieces() {
        return pieces;
    }

    String text() {
        return String.join("", pieces);
    }

    List<Object> rawEvents() {
        return rawEvents;
    }

    List<Throwable> errors() {
        return errors;
    }

    void assertNoResponse() {
        assertThat(response).isNotDone();
    }

    @Override
    public void onPartialResponse(PartialResponse piece, PartialResponseContext context) {
        pieces.add(piece.text());
        onPiece.accept(context);
    }

    @Override
    public void onUnmappedRawEvent(Object rawEvent) {
        rawEvents.add(rawEvent);
    }

    @Override
    public void onCompleteResponse(ChatResponse completeResponse) {
        response.complete(completeResponse);
    }

    @Override
    public void onError(Throwable failure) {
        errors.add(failure);
        error.complete(failure);
        onError.accept(failure);
    }
}
