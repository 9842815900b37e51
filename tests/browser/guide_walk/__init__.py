"""The walk's steps, one function each: what a person does with the guide in one hand, by the labels alone."""
