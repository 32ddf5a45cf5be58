//go:build !race

package auroradataapi_test

const underRace = false
