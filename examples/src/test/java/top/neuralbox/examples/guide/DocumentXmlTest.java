package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** A reader can paste every example in XML: no element is left open. */
class DocumentXmlTest {

    private static final Pattern XML = Pattern.compile("^ *```xml\n(.*?)^ *```$", Pattern.DOTALL | Pattern.MULTILINE);

    static Stream<Document> documents() throws IOException {
        return Document.all().stream().filter(document -> !examples(document).isEmpty());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("documents")
    void everyExampleIsWellFormed(Document document) throws Exception {
        DocumentBuilder parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        parser.setErrorHandler(null);
        for (String example : examples(document)) {
            assertThat(isWellFormed(parser, example)).as(example).isTrue();
        }
    }

    private static List<String> examples(Document document) {
        return XML.matcher(document.text())
                .results()
                .map(example -> example.group(1))
                .toList();
    }

    /** An example may have several elements at its top, as a POM has dependencies beside properties. */
    private static boolean isWellFormed(DocumentBuilder parser, String example) throws IOException {
        try {
            parser.parse(new InputSource(new StringReader("<examples>" + example + "</examples>")));
            return true;
        } catch (SAXException malformed) {
            return false;
        }
    }
}
