terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

# Nothing here says where AWS is: the provider asks AWS, or what AWS_ENDPOINT_URL names.
provider "aws" {
  region = var.region
}
