package auroradataapi

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// loadAWS returns the AWS configuration to call with. It may read files; who
// has to be asked for credentials is asked by the first call.
func (cfg *Config) loadAWS(ctx context.Context) (aws.Config, error) {
	loaded, err := cfg.baseAWS(ctx)
	if err != nil || cfg.RoleARN == "" {
		return loaded, err
	}
	// A client of its own: it goes on with the credentials found so far.
	loaded.Credentials = aws.NewCredentialsCache(cfg.assumeRole(sts.NewFromConfig(loaded)))
	return loaded, nil
}

// baseAWS returns the configuration without a role.
func (cfg *Config) baseAWS(ctx context.Context) (aws.Config, error) {
	var keys aws.CredentialsProvider
	if cfg.AccessKeyID != "" {
		keys = credentials.NewStaticCredentialsProvider(cfg.AccessKeyID, cfg.SecretAccessKey, cfg.SessionToken)
	}
	if cfg.AWS != nil {
		given := cfg.AWS.Copy()
		given.Region = cfg.Region
		if keys != nil {
			given.Credentials = aws.NewCredentialsCache(keys)
		}
		if cfg.HTTPClient != nil {
			given.HTTPClient = cfg.HTTPClient
		}
		return given, nil
	}
	options := []func(*config.LoadOptions) error{config.WithRegion(cfg.Region)}
	if keys != nil {
		options = append(options, config.WithCredentialsProvider(keys))
	}
	if cfg.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(cfg.Profile))
	}
	if cfg.HTTPClient == nil {
		return config.LoadDefaultConfig(ctx, options...)
	}
	loaded, err := config.LoadDefaultConfig(ctx, append(options[:len(options):len(options)], config.WithHTTPClient(cfg.HTTPClient))...)
	if err != nil { // the SDK cannot teach a foreign client the certificates of AWS_CA_BUNDLE
		loaded, err = config.LoadDefaultConfig(ctx, options...)
	}
	loaded.HTTPClient = cfg.HTTPClient
	return loaded, err
}

// assumeRole returns what asks STS for the role's credentials.
func (cfg *Config) assumeRole(client *sts.Client) aws.CredentialsProvider {
	session := cmp.Or(cfg.RoleSessionName, DriverName)
	if cfg.WebIdentityTokenFile != "" {
		token := stscreds.IdentityTokenFile(cfg.WebIdentityTokenFile)
		return stscreds.NewWebIdentityRoleProvider(client, cfg.RoleARN, token, func(o *stscreds.WebIdentityRoleOptions) {
			o.RoleSessionName = session
		})
	}
	return stscreds.NewAssumeRoleProvider(client, cfg.RoleARN, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = session
		if cfg.ExternalID != "" {
			o.ExternalID = &cfg.ExternalID
		}
	})
}
