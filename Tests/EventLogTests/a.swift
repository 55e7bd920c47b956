import Testing
struct A {}
