import java.io.FileInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.logging.LogManager;
import javax.xml.parsers.DocumentBuilderFactory;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.Rule;
import org.verapdf.pdfa.validation.profiles.RuleId;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.profiles.Variable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Validates PDFs with veraPDF: `java -cp JAR Check.java FLAVOUR,… FILE…`. One line for each file and
 * flavour (file, flavour, number of failed rules), then one for each failed rule.
 *
 * The jar that the wheel brings lacks JAXB, so the profiles, which lie in it as XML, are read here.
 */
public class Check {
  public static void main(String[] arguments) throws Exception {
    LogManager.getLogManager().reset();
    VeraGreenfieldFoundryProvider.initialise();
    for (String name : arguments[0].split(",")) {
      PDFAFlavour flavour = PDFAFlavour.byFlavourId(name);
      ValidationProfile profile = profile(flavour);
      for (int place = 1; place < arguments.length; place++) {
        check(arguments[place], flavour, profile);
      }
    }
  }

  static void check(String file, PDFAFlavour flavour, ValidationProfile profile) throws Exception {
    try (InputStream stream = new FileInputStream(file);
        PDFAParser parser = Foundries.defaultInstance().createParser(stream, flavour)) {
      ValidationResult found =
          Foundries.defaultInstance().createValidator(profile, false).validate(parser);
      System.out.println(file + "\t" + flavour.getId() + "\t" + found.getFailedChecks().size());
      Set<RuleId> told = new LinkedHashSet<>();
      for (TestAssertion each : found.getTestAssertions()) {
        if (each.getStatus() == TestAssertion.Status.FAILED && told.add(each.getRuleId())) {
          System.out.println("\t" + each.getRuleId().getClause() + " " + each.getMessage());
        }
      }
    }
  }

  static ValidationProfile profile(PDFAFlavour flavour) throws Exception {
    String id = flavour.getId();
    String name = id.startsWith("ua") ? "PDFUA-" + id.substring(2) : "PDFA-" + id.toUpperCase();
    Document document;
    try (InputStream stream =
        Check.class.getResourceAsStream("/org/verapdf/pdfa/validation/" + name + ".xml")) {
      document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(stream);
    }
    Set<Rule> rules = new LinkedHashSet<>();
    for (Element each : elements(document.getElementsByTagName("rule"))) {
      rules.add(rule(each));
    }
    Set<Variable> variables = new LinkedHashSet<>();
    for (Element each : elements(document.getElementsByTagName("variable"))) {
      String object = each.getAttribute("object");
      variables.add(
          Profiles.variableFromValues(
              each.getAttribute("name"), object, text(each, "defaultValue"), text(each, "value")));
    }
    return Profiles.profileFromValues(
        flavour,
        Profiles.profileDetailsFromValues(name, "", "", new Date(0)),
        "",
        rules,
        variables);
  }

  static Rule rule(Element each) {
    Element id = elements(each.getElementsByTagName("id")).get(0);
    PDFAFlavour.Specification standard =
        PDFAFlavour.Specification.valueOf(id.getAttribute("specification"));
    int number = Integer.parseInt(id.getAttribute("testNumber"));
    Boolean deferred =
        each.hasAttribute("deferred") ? Boolean.valueOf(each.getAttribute("deferred")) : null;
    return Profiles.ruleFromValues(
        Profiles.ruleIdFromValues(standard, id.getAttribute("clause"), number),
        each.getAttribute("object"),
        deferred,
        each.getAttribute("tags"),
        text(each, "description"),
        text(each, "test"),
        Profiles.errorFromValues(text(each, "message"), new ArrayList<>()),
        new ArrayList<>());
  }

  static List<Element> elements(NodeList nodes) {
    List<Element> found = new ArrayList<>();
    for (int place = 0; place < nodes.getLength(); place++) {
      found.add((Element) nodes.item(place));
    }
    return found;
  }

  static String text(Element parent, String name) {
    NodeList found = parent.getElementsByTagName(name);
    return found.getLength() == 0 ? "" : found.item(0).getTextContent();
  }
}
