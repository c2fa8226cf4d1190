// No `style` attributes in markup, and styles as files: the policy allows no other.
export default { compilerOptions: { runes: true, css: "external" } };
