package providers

func builtin() []Adapter {
	return []Adapter{codegateAdapter(), procureAdapter(), aihuishouAdapter(), uumitAdapter(), uumitAuthAdapter()}
}
